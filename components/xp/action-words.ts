/** What people call an action, alone and in numbers. Others than these go by their own name. */
const KNOWN: Record<string, { one: string; many: string }> = {
  message: { one: "Message", many: "messages" },
  post: { one: "Post", many: "posts" },
  comment: { one: "Comment", many: "comments" },
  reaction: { one: "Reaction", many: "reactions" },
  reaction_received: { one: "Reaction received", many: "reactions received" },
  lesson: { one: "Lesson finished", many: "lessons finished" },
  daily_visit: { one: "Daily visit", many: "daily visits" },
  member_joined: { one: "Joined", many: "times joined" },
  streak_bonus: { one: "Streak bonus", many: "streak bonuses" },
  adjustment: { one: "Adjustment", many: "adjustments" },
};

export function actionName(action: string): string {
  const words = action.replaceAll("_", " ").trim();
  return KNOWN[action]?.one ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** "12 messages"; null for actions that have no plural of ours. */
export function actionCount(action: string, count: string): string | null {
  const known = KNOWN[action];
  return known ? `${count} ${known.many}` : null;
}
