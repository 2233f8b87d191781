import { z } from "zod";
import { found } from "../api-error";
import { orderOf } from "../chat";
import { bodyOf, type Operation, requiredQuery, writerOf } from "../operation";
import { paginate } from "../pagination";
import { likeView, reactionView } from "../views";
import { mayWrite } from "./messages";

const NewReaction = z.object({ resource_id: z.string(), emoji: z.string().min(1).max(64).nullish() });

export const reactions: Operation[] = [
  {
    name: "reactions.list",
    method: "GET",
    path: "/reactions",
    answer: ({ world }, request) => {
      const resourceId = requiredQuery(request, "resource_id");
      if (world.forumPost(resourceId)) {
        const likes = newestFirst(world.likesOf(resourceId), request.query);
        return { ...likes, data: likes.data.map((like) => likeView(world, like)) };
      }
      const message = found(world.message(resourceId), "resource");
      const page = newestFirst(world.reactionsTo(message.id), request.query);
      return { ...page, data: page.data.map((reaction) => reactionView(world, reaction)) };
    },
  },
  {
    name: "reactions.create",
    method: "POST",
    path: "/reactions",
    answer: (context, request) => {
      const { world, effects } = context;
      const given = bodyOf(NewReaction, request);
      const post = world.forumPost(given.resource_id);
      const { id } = post ?? found(world.message(given.resource_id), "resource");
      mayWrite(context, request.caller, found(world.companyOf(id), "company"));
      const userId = writerOf(context, request.caller);
      const emoji = given.emoji ?? undefined;
      const view = post
        ? likeView(world, world.like({ userId, postId: id }))
        : reactionView(world, world.react({ userId, messageId: id, emoji }));
      effects.record("reactions", request, view);
      return view;
    },
  },
];

function newestFirst<T extends { createdAt: string; id: string }>(given: readonly T[], query: URLSearchParams) {
  const ordered = given.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
  return paginate(ordered, orderOf, query, "desc");
}
