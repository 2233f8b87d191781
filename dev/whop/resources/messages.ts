import { z } from "zod";
import { ApiError, badRequest, found } from "../api-error";
import { orderOf } from "../chat";
import { type ApiContext, bodyOf, type Caller, type Operation, requiredQuery, writerOf } from "../operation";
import { paginate } from "../pagination";
import { messageView } from "../views";

const NewMessage = z.object({
  channel_id: z.string(),
  content: z.string().min(1).max(10_000),
  replying_to_message_id: z.string().nullish(),
});

export const messages: Operation[] = [
  {
    name: "messages.list",
    method: "GET",
    path: "/messages",
    answer: ({ world }, request) => {
      const channel = found(world.channel(requiredQuery(request, "channel_id")), "channel");
      const direction = request.query.get("direction") ?? "desc";
      if (direction !== "asc" && direction !== "desc") throw badRequest("direction must be asc or desc.", "direction");
      const page = paginate(world.messagesIn(channel.id), orderOf, request.query, direction);
      return { ...page, data: page.data.map((message) => messageView(world, message)) };
    },
  },
  {
    name: "messages.create",
    method: "POST",
    path: "/messages",
    answer: (context, request) => {
      const { world, effects } = context;
      const given = bodyOf(NewMessage, request);
      const channel = found(world.channel(given.channel_id), "channel");
      mayWrite(context, request.caller, channel.companyId);
      const message = world.postMessage({
        userId: writerOf(context, request.caller),
        channelId: channel.id,
        content: given.content,
        replyingToId: given.replying_to_message_id,
      });
      const view = messageView(world, message);
      effects.record("messages", request, { ...view, channel_id: channel.id });
      return view;
    },
  },
  {
    name: "messages.retrieve",
    method: "GET",
    path: "/messages/:id",
    answer: ({ world }, { params }) => messageView(world, found(world.message(params.id ?? ""), "message")),
  },
  {
    name: "messages.delete",
    method: "DELETE",
    path: "/messages/:id",
    answer: (context, { params, caller }) => {
      const { id, userId } = found(context.world.message(params.id ?? ""), "message");
      if (writerOf(context, caller) !== userId) throw new ApiError(403, "forbidden", "That is another's message.");
      context.world.deleteMessage(id);
      return true;
    },
  },
];

/** The app may write anywhere it is installed; a user only where they have access. */
export function mayWrite({ world }: ApiContext, caller: Caller, companyId: string): void {
  if (caller.kind === "app" || world.accessLevel(caller.userId, companyId) !== "no_access") return;
  throw new ApiError(403, "forbidden", "You do not have access to this place.");
}
