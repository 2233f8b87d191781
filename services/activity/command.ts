/** What a member can ask in a chat. */
export const COMMANDS = ["mylevel", "leaderboard", "rewards", "help"] as const;
export type Command = (typeof COMMANDS)[number];

const BY_NAME: ReadonlyMap<string, Command> = new Map([
  ["mylevel", "mylevel"],
  ["rank", "mylevel"],
  ["level", "mylevel"],
  ["leaderboard", "leaderboard"],
  ["top", "leaderboard"],
  ["rewards", "rewards"],
  ["help", "help"],
]);

/**
 * The command that a message is, if any: its first word, in capitals or not; words after it change nothing. Of an unknown one
 * nothing is said, for it may be another app's: such a message is one like any other.
 */
export function commandIn(content: string | null | undefined): Command | undefined {
  const name = /^\s*\/([a-z]+)(?=\s|$)/i.exec(content ?? "")?.[1];
  return name === undefined ? undefined : BY_NAME.get(name.toLowerCase());
}
