import { appearanceOfCookie } from "@/components/frame/appearance";

test.each([
  ["appearance:dark", "dark"],
  ["appearance:light", "light"],
  ["appearance:dark;accentColor:blue", "dark"],
  ["accentColor:blue,appearance:light", "light"],
  ["dark", "dark"],
  ["light", "light"],
] as const)("Whop's cookie %s is read as %s", (value, appearance) => {
  expect(appearanceOfCookie(value)).toBe(appearance);
});

test.each([undefined, "", "inherit", "appearance:inherit", "appearance:darkness", "accentColor:dark-blue"])(
  "%s says nothing of light or dark",
  (value) => {
    expect(appearanceOfCookie(value)).toBeUndefined();
  },
);
