import type Whop from "@whop/sdk";
import { LONGEST_CALL_MS } from "./call";
import type { WhopClient } from "./client";
import { isWhopId } from "./ids";
import { membershipReply, newPromoCodeReply, newThingReply, notificationReply } from "./replies";
import type { WhopClientOptions } from "./sdk";
import { refused, writeToWhop } from "./written";

/** Calls that change something at Whop. */
export type Writes = Pick<
  WhopClient,
  "addFreeDays" | "createPromoCode" | "sendNotification" | "createMessage" | "createDmChannel"
>;

export function createWrites(sdk: Whop, { log, writeTimeoutMs = LONGEST_CALL_MS }: WhopClientOptions): Writes {
  const options = { timeoutMs: writeTimeoutMs, log };
  return {
    async addFreeDays({ membershipId, days, key }) {
      // It becomes part of the path.
      if (!isWhopId("mem", membershipId)) return refused(400, "That is no membership.");
      const reply = membershipReply(membershipId);
      return writeToWhop({ what: "free days", key, reply }, options, (attempt) =>
        sdk.memberships.addFreeDays(membershipId, { free_days: days }, attempt),
      );
    },
    createPromoCode({ companyId, code, percentOff, months, productId, key }) {
      const reply = newPromoCodeReply({ code, companyId });
      return writeToWhop({ what: "promo code", key, reply }, options, (attempt) =>
        sdk.promoCodes.create(
          {
            company_id: companyId,
            code,
            promo_type: "percentage",
            amount_off: percentOff,
            base_currency: "usd", // says nothing about a percentage, but Whop asks for it
            new_users_only: false,
            promo_duration_months: months,
            stock: 1,
            unlimited_stock: false,
            one_per_customer: true,
            product_id: productId,
          },
          attempt,
        ),
      );
    },
    async sendNotification({ companyId, experienceId, userIds, title, content, restPath, key }) {
      const text = { title, content, user_ids: userIds, rest_path: restPath };
      if (userIds.length === 0) return refused(400, "A notification needs someone to go to.");
      const body = experienceId
        ? { experience_id: experienceId, ...text }
        : companyId && { company_id: companyId, ...text };
      if (!body) return refused(400, "A notification needs a place.");
      const sent = await writeToWhop({ what: "notification", key, reply: notificationReply }, options, (attempt) =>
        sdk.notifications.create(body, attempt),
      );
      if (sent.kind !== "done") return sent;
      return sent.value.success ? { kind: "done", value: null } : refused(200, "Whop did not take the notification.");
    },
    createMessage({ channelId, content, replyingToId, key }) {
      const body = { channel_id: channelId, content, replying_to_message_id: replyingToId };
      return writeToWhop({ what: "message", key, reply: newThingReply }, options, (attempt) =>
        sdk.messages.create(body, attempt),
      );
    },
    createDmChannel({ companyId, userIds, key }) {
      const body = { with_user_ids: userIds, company_id: companyId };
      return writeToWhop({ what: "direct message channel", key, reply: newThingReply }, options, (attempt) =>
        sdk.dmChannels.create(body, attempt),
      );
    },
  };
}
