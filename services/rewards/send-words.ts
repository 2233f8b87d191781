/** What creators read in the queue beside a reward that has not arrived. */
export const SEND_WORDS = {
  whopAway: "Whop could not be reached. WEE5 tries again by itself.",
  answerLost:
    "Whop's answer did not arrive. WEE5 looks at Whop whether the reward did, before it sends anything again.",
  inProgress: "Whop is still working on it, or has lost track of it. WEE5 looks at Whop whether it arrived.",
  busy: "Whop asked WEE5 to wait: too many calls. WEE5 tries again by itself.",
  own: "Something went wrong in WEE5. It tries again by itself.",
  noPermission: "WEE5 has not been given the permission for this at Whop.",
  notThere: "Whop does not know this member or this community any more.",
  noEnd: "The member's membership has no end that free days could move.",
  tooMany: "Whop was called 20 times, and the reward has not arrived.",
  levelLost:
    "The level, or the days in a row, were lost before the reward had arrived. It ends here unless a call under way still arrives.",
  ended:
    "The membership ended before the days had arrived. WEE5 waits until no call can arrive any more, then looks for another.",
  another: "Whop refused, and WEE5 tries with another.",
} as const;

/** @param message Whop's own. */
export const refusedBy = (message: string) => `Whop refused: ${message}`;
