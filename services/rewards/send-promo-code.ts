import { randomInt } from "node:crypto";
import { z } from "zod";
import type { Deps } from "@/lib/deps";
import { LONGEST_PROMO_MONTHS } from "@/lib/whop/client";
import type { SentThroughWhop } from "@/services/rewards/send-kind";

/** By which a code of ours is known in a company's list. */
export const CODE_PREFIX = "WEE5";
/** Without what is mistaken for another when read aloud or copied by hand. */
const LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH = 10;
/** By so much Whop's clock may be behind the database's. */
const CLOCKS_APART_MS = 3_600_000;

const value = z.object({
  percentOff: z.number().min(1).max(100),
  months: z.int().min(1).max(LONGEST_PROMO_MONTHS).default(LONGEST_PROMO_MONTHS),
  productId: z.string().optional(),
});
const request = value.extend({ companyId: z.string(), code: z.string(), months: z.int() });
type Request = z.output<typeof request>;

/** "WEE5…", letters and digits only as Whop has it: 50 random bits, so that nobody guesses one and none is drawn twice. */
export function randomCode(): string {
  return `${CODE_PREFIX}${Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("")}`;
}

/** A promo code for one use. It is drawn before the first call, so whether it was made is whether it is in the company's list. */
export function sendPromoCode({ whop }: Pick<Deps, "whop">, drawCode: () => string): SentThroughWhop<Request> {
  return {
    operations: { call: "promoCodes.create", read: "promoCodes.list" },
    requestOf: (stored) => request.parse(stored),
    async prepare({ communityId }, reward) {
      return {
        kind: "ready",
        request: { ...value.parse(reward.value), companyId: communityId, code: drawCode() },
      };
    },
    async call(asked, key) {
      const written = await whop.createPromoCode({ ...asked, key });
      return written.kind === "done" ? { kind: "done", value: { whopId: written.value.id } } : written;
    },
    async read({ companyId, code }, { keyedAt }) {
      const createdAfter = keyedAt ? new Date(keyedAt.getTime() - CLOCKS_APART_MS) : undefined;
      const codes = await whop.listPromoCodes({ companyId, createdAfter });
      const found = codes.find((one) => one.code?.toUpperCase() === code.toUpperCase());
      return found ? { kind: "there", whopId: found.id } : { kind: "absent", usable: true };
    },
    // Taken by somebody else: the next is drawn anew.
    isWorthAnother: ({ status, message }) => status !== 403 && status !== 404 && /taken|already|unique/i.test(message),
  };
}
