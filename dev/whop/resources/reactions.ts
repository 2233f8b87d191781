import { z } from "zod";
import { found } from "../api-error";
import { orderOf } from "../chat";
import { bodyOf, type Operation, requiredQuery, writerOf } from "../operation";
import { paginate } from "../pagination";
import { reactionView } from "../views";
import { mayWrite } from "./messages";

const NewReaction = z.object({ resource_id: z.string(), emoji: z.string().min(1).max(64).nullish() });

export const reactions: Operation[] = [
  {
    name: "reactions.list",
    method: "GET",
    path: "/reactions",
    answer: ({ world }, request) => {
      const message = found(world.message(requiredQuery(request, "resource_id")), "resource");
      const given = world.reactionsTo(message.id).toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
      const page = paginate(given, orderOf, request.query, "desc");
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
      const message = found(world.message(given.resource_id), "resource");
      mayWrite(context, request.caller, found(world.channel(message.channelId), "channel"));
      const userId = writerOf(context, request.caller);
      const reaction = world.react({ userId, messageId: message.id, emoji: given.emoji ?? undefined });
      const view = reactionView(world, reaction);
      effects.record("reactions", request, view);
      return view;
    },
  },
];
