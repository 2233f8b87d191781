import type { MembershipEvents } from "./memberships";
import type { Membership } from "./records";
import { membershipView } from "./views";
import type { WebhookSender } from "./webhooks";
import type { World } from "./world";

/** Tells the app who has begun and ended a membership, in the form of Whop's `membership.…` events. */
export function membershipWebhooks(world: () => World, webhooks: () => WebhookSender): Required<MembershipEvents> {
  const tell = (type: string) => (membership: Membership) => {
    const { id, companyId, userId } = membership;
    const about = { userId, activityId: `${type}:${id}` };
    webhooks().send({ type, companyId, data: membershipView(world(), membership), about });
  };
  return { activated: tell("membership.activated"), deactivated: tell("membership.deactivated") };
}
