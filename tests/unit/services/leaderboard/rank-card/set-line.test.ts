import { setLine } from "@/services/leaderboard/rank-card/set-line";

const STYLE = { size: 40, weight: 600 } as const;

test.each([
  ["Latin", "Maximiliana Konstantinopolitanskaya"],
  ["Arabic", "محمد عبد الله بن عبد الرحمن بن إبراهيم"],
  ["Japanese", "寿限無寿限無五劫の擦り切れ海砂利水魚の"],
  ["emoji", "👩‍👩‍👧‍👦🇩🇪👋🏽🦊👩‍👩‍👧‍👦🇩🇪👋🏽🦊👩‍👩‍👧‍👦🇩🇪👋🏽🦊"],
])("%s that is too long ends within its width, and uses most of it", async (_script, text) => {
  const { width } = await setLine(text, { ...STYLE, maxWidth: 300 });
  expect(width).toBeLessThanOrEqual(300);
  expect(width).toBeGreaterThan(200);
});

test("what fits is not shortened", async () => {
  const whole = await setLine("Robin Hale", STYLE);
  expect(await setLine("Robin Hale", { ...STYLE, maxWidth: whole.width })).toMatchObject({ width: whole.width });
});

test("one emoji is one picture, however many code points it has", async () => {
  const one = await setLine("🦊", STYLE);
  for (const emoji of ["👩‍👩‍👧‍👦", "🇩🇪", "👋🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "❤️‍🔥", "❤"]) {
    const pictures = emoji === "❤" ? 0 : 1;
    const line = await setLine(emoji, STYLE);
    expect([emoji, line.draw(0, 0, "#000").split("<image").length - 1]).toEqual([emoji, pictures]);
    if (pictures) expect(line.width).toBe(one.width);
  }
});

test("a family that has no picture of its own is drawn as its members", async () => {
  const line = await setLine("👩🏽‍👨🏿‍👧", STYLE);
  expect(line.draw(0, 0, "#000").split("<image").length - 1).toBe(3);
});

test("digits are all as wide as each other, so that numbers stand still", async () => {
  const [ones, eights] = [await setLine("1111", STYLE), await setLine("8888", STYLE)];
  expect(ones.width).toBeCloseTo(eights.width, 5);
});

test("an override of direction in a name turns nothing round", async () => {
  const [plain, overridden] = [await setLine("Robin", STYLE), await setLine("\u202eRobin\u202c", STYLE)];
  expect(overridden.draw(0, 0, "#000")).toBe(plain.draw(0, 0, "#000"));
});
