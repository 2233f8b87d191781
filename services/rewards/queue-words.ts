import type { DifferenceKind, Problem } from "@/services/rewards/queue";

type Words = { means: string; toDo: string };

/** What is in the way of a reward, and what one can do about it. */
export const PROBLEM_WORDS: Readonly<Record<Problem, Words>> = {
  unknown_outcome: {
    means: "Whop did not say whether this arrived, and it cannot be told by looking either.",
    toDo: "Look at the membership or the promo codes on Whop, then say whether it is there.",
  },
  refused: {
    means: "Whop refused it. Nothing was sent.",
    toDo: "See why below. Try again once that is put right, or cancel it and give another reward.",
  },
  no_permission: {
    means: "The app may not do this on Whop. Nothing was sent.",
    toDo: "Approve the app's permissions on Whop, then try again.",
  },
  no_end: {
    means: "The membership never ends, so free days cannot be added. Nothing was sent.",
    toDo: "Cancel it and give another reward, such as a promo code.",
  },
  too_many_attempts: {
    means: "It was tried many times, and Whop never said that it worked.",
    toDo: "Look on Whop whether it is there and say so, or try again.",
  },
  error: {
    means: "Something went wrong on our side, several times in a row.",
    toDo: "Try again. If it comes back, tell whoever runs the app.",
  },
};

/** What Whop has otherwise, and what may be behind it. */
export const DIFFERENCE_WORDS: Readonly<Record<DifferenceKind, string>> = {
  promo_missing: "This promo code was delivered, and Whop does not have it any more. The member cannot use it.",
  promo_archived: "This promo code was delivered, and has been archived on Whop before it was used.",
  promo_unknown:
    "Whop has a promo code that looks like one of ours and belongs to no reward. Archive it there if nobody should use it.",
  days_missing: "Free days were added to this membership, and it now ends earlier than it did then.",
  membership_gone: "Free days were added to this membership, and it has ended before they were over.",
};
