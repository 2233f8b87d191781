import { found } from "./api-error";
import type { ChatEvents } from "./chat";
import type { Channel, Message } from "./records";
import { messageView, reactionView } from "./views";
import type { WebhookSender } from "./webhooks";
import type { World } from "./world";

/** Tells the app of messages and reactions, in the form of Whop's `chat.…` events. */
export function chatWebhooks(
  world: () => World,
  webhooks: () => WebhookSender,
): Required<Pick<ChatEvents, "message" | "reaction">> {
  function about(message: Message) {
    const channel = found(world().channel(message.channelId), "channel");
    return {
      channel,
      data: { audience: audienceOf(channel), channel: channelOf(channel), message: messageView(world(), message) },
    };
  }
  return {
    message: (message) => {
      const { channel, data } = about(message);
      const event = { type: "chat.message.created", companyId: channel.companyId };
      const subject = { userId: message.userId, activityId: `message:${message.id}` };
      webhooks().send({ ...event, data: { reason: "message", ...data }, about: subject });
    },
    reaction: (reaction) => {
      const message = found(world().message(reaction.messageId), "message");
      const { channel, data } = about(message);
      const event = { type: "chat.reaction.created", companyId: channel.companyId };
      const view = reactionView(world(), reaction);
      const subject = { userId: reaction.userId, activityId: `reaction:${reaction.userId}:${message.id}` };
      webhooks().send({ ...event, data: { reason: "message_reaction", ...data, reaction: view }, about: subject });
    },
  };
}

const channelOf = ({ id, type, experienceId }: Channel) => ({ id, type, experience_id: experienceId });

function audienceOf({ type, userIds = [] }: Channel) {
  return type === "chat" ? { type: "channel", user_ids: null } : { type: "users", user_ids: userIds };
}
