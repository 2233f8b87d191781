import { commandIn } from "@/services/activity/command";

test.each([
  ["/mylevel", "mylevel"],
  ["/rank", "mylevel"],
  ["/level", "mylevel"],
  ["/leaderboard", "leaderboard"],
  ["/top", "leaderboard"],
  ["/rewards", "rewards"],
  ["/help", "help"],
  ["/MyLevel", "mylevel"],
  ["/TOP", "leaderboard"],
  ["  \t/help \n", "help"],
  ["\u00a0/help", "help"],
  ["/rank @nina", "mylevel"],
  ["/top 10", "leaderboard"],
  ["/help\nme", "help"],
] as const)("%j is the command %s", (content, command) => {
  expect(commandIn(content)).toBe(command);
});

test.each([
  null,
  undefined,
  "",
  "/",
  "mylevel",
  "/foo",
  "/mylevels",
  "/my level",
  "/ help",
  "//help",
  "/help!",
  "/top/10",
  "say /help",
  "\\/help",
  "/ｈelp",
  "/ranK\u0301",
  "/ran\u212a",
  "/constructor",
  "/__proto__",
])("%j is none, and a message like any other", (content) => {
  expect(commandIn(content)).toBeUndefined();
});
