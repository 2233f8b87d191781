import { type ExplainedEntry, explainReceipt } from "@/services/xp/explain-receipt";
import type { Multiplier } from "@/services/xp/rules/multiplier";

const anEntry = (facts: Partial<ExplainedEntry> = {}): ExplainedEntry => ({
  activityId: "message:post_1",
  action: "message",
  experienceName: "General",
  occurredAt: "2026-11-21T10:00:00.000Z",
  day: "2026-11-21",
  outcome: "cooldown",
  xp: 0,
  xpBefore: null,
  why: {},
  levelReached: null,
  ...facts,
});

const inGerman = new Intl.NumberFormat("de").format;

test("a paid message needs no reason, only what it was and where", () => {
  const entry = anEntry({ outcome: "awarded", xp: 20 });
  expect(explainReceipt(entry)).toEqual({ title: "Message in General", reason: null, tone: "paid" });
});

test.each([
  ["message", "General", "Message in General"],
  ["post", "Portfolio reviews", "Post in Portfolio reviews"],
  ["comment", null, "Comment"],
  ["reaction", "Critique", "Reaction in Critique"],
  ["reaction_received", null, "Reaction received"],
  ["lesson", "Colour", "Lesson finished in Colour"],
  ["daily_visit", null, "Daily visit"],
  ["member_joined", null, "Joined"],
  ["quiz_solved", null, "Quiz solved"],
  ["constructor", null, "Constructor"],
])("%s is called what people call it", (action, experienceName, title) => {
  expect(explainReceipt(anEntry({ action, experienceName, outcome: "awarded", xp: 5 })).title).toBe(title);
});

const multiplied = (xp: number, ...by: Multiplier[]) => ({ multiplied: { baseXp: 20, by, xp } });
const GENERAL: Multiplier = { kind: "channel", name: "General", percent: 150 };
const WEEKEND: Multiplier = { kind: "boost", name: "Weekend boost", percent: 200 };

test.each<[string, Partial<ExplainedEntry>, string]>([
  [
    "each multiplier in order",
    { xp: 60, why: multiplied(60, GENERAL, WEEKEND) },
    "20 × 1.5 (General) × 2 (Weekend boost) = 60",
  ],
  [
    "a role and a place without a name",
    {
      xp: 10,
      why: multiplied(10, { ...GENERAL, name: "", percent: 33 }, { kind: "role", name: "moderator", percent: 150 }),
    },
    "20 × 0.33 (this channel) × 1.5 (moderators) = 10",
  ],
  [
    "the cap that it met",
    { xp: 10, why: { ...multiplied(40, WEEKEND), dailyXpCap: 50 } },
    "20 × 2 (Weekend boost) = 40 · Daily cap of 50 reached, again from midnight",
  ],
  [
    "the days of a streak",
    { action: "streak_bonus", activityId: "streak_bonus:user_anna:2026-11-21:7", xp: 50 },
    "7 days in a row",
  ],
])("a payment says %s", (_, entry, reason) => {
  expect(explainReceipt(anEntry({ outcome: "awarded", ...entry }))).toMatchObject({ reason, tone: "paid" });
});

test("a bonus that the days no longer reach says so", () => {
  const entry = anEntry({ action: "streak_bonus", experienceName: null, outcome: "reversed", xpBefore: 50 });
  expect(explainReceipt(entry)).toEqual({
    title: "Streak bonus",
    reason: "Taken back: fewer days in a row count now",
    tone: "taken-back",
  });
});

test.each<[Partial<ExplainedEntry>, string]>([
  [{ outcome: "zero_multiplier", why: multiplied(0, { ...GENERAL, percent: 0 }) }, "No XP: 20 × 0 (General) = 0"],
  [{ outcome: "zero_multiplier" }, "No XP: a multiplier of 0 holds here"],
  [{ outcome: "reset" }, "No XP: it was before your membership ended"],
  [{ outcome: "cooldown", why: { cooldownLeftSeconds: 23 } }, "No XP: still cooling down, 23 s left"],
  [{ outcome: "cooldown", why: { cooldownLeftSeconds: 1_500 } }, "No XP: still cooling down, 25 min left"],
  [{ outcome: "cooldown", why: { cooldownLeftSeconds: 80_000 } }, "No XP: still cooling down, 23 h left"],
  [{ outcome: "cooldown", why: { cooldownLeftSeconds: 500_000 } }, "No XP: still cooling down, 6 days left"],
  [{ outcome: "cooldown" }, "No XP: still cooling down"],
  [{ outcome: "too_short", why: { minLength: 5 } }, "No XP: too short, 5 characters needed"],
  [{ outcome: "too_short", why: { minLength: 1 } }, "No XP: too short, 1 character needed"],
  [{ outcome: "too_short" }, "No XP: too short"],
  [{ outcome: "duplicate_text" }, "No XP: same text as before"],
  [{ outcome: "daily_cap", why: { dailyXpCap: 400 } }, "No XP: daily cap of 400 reached, again from midnight"],
  [{ outcome: "daily_cap" }, "No XP: daily cap reached, again from midnight"],
  [{ outcome: "held", xp: 240 }, "Held: 240 XP wait for a moderator"],
  [{ outcome: "held" }, "Held: it waits for a moderator"],
  [{ outcome: "disabled" }, "No XP: this does not pay here"],
  [{ outcome: "paused" }, "No XP: XP were paused here"],
  [{ outcome: "excluded_member" }, "No XP: your account earns no XP here"],
  [{ outcome: "excluded_channel" }, "No XP: this channel does not pay"],
  [{ outcome: "self" }, "No XP: a reaction to your own does not pay"],
  [{ outcome: "pair_cap" }, "No XP: enough between the two of you, again from midnight"],
  [{ outcome: "too_old" }, "No XP: it came more than 90 days late"],
  [{ outcome: "bad_time" }, "No XP: it came with a time in the future"],
  [{ outcome: "reversed" }, "No XP: the message was deleted"],
])("%j reads as it should, and pays nothing", (facts, reason) => {
  expect(explainReceipt(anEntry(facts))).toEqual({ title: "Message in General", reason, tone: "unpaid" });
});

test.each([
  ["message", "Taken back: the message was deleted"],
  ["post", "Taken back: the post was deleted"],
  ["comment", "Taken back: the comment was deleted"],
  ["reaction", "Taken back: the reaction was removed"],
  ["adjustment", "Taken back: it was undone"],
  ["lesson", "Taken back: it no longer counts"],
])("a %s that had paid and was removed is taken back", (action, reason) => {
  expect(explainReceipt(anEntry({ action, outcome: "reversed", xpBefore: 20 }))).toMatchObject({
    reason,
    tone: "taken-back",
  });
});

test("what is decided anew says so, and what it had paid", () => {
  const lost = anEntry({ outcome: "cooldown", xpBefore: 20, why: { cooldownLeftSeconds: 23 } });
  expect(explainReceipt(lost)).toMatchObject({
    reason: "Counted anew, no XP: still cooling down, 23 s left",
    tone: "taken-back",
  });
  const gained = anEntry({ outcome: "awarded", xp: 20, xpBefore: 0 });
  expect(explainReceipt(gained)).toMatchObject({ reason: "Counted anew: it had paid 0 XP", tone: "paid" });
});

test("an award that met a cap says that the rest of the day pays nothing more", () => {
  const entry = anEntry({ outcome: "awarded", xp: 10, why: { dailyXpCap: 1_400 } });
  expect(explainReceipt(entry, inGerman)).toMatchObject({
    reason: "Daily cap of 1.400 reached, again from midnight",
    tone: "paid",
  });
});

test("what was given by hand says so", () => {
  const adjustment = anEntry({ action: "adjustment", experienceName: null, outcome: "awarded" });
  expect(explainReceipt({ ...adjustment, xp: 50 }).title).toBe("XP added by hand");
  expect(explainReceipt({ ...adjustment, xp: -50 }).title).toBe("XP taken off by hand");
  const message = anEntry({ activityId: "api:user_moderator:key", outcome: "awarded", xp: 20 });
  expect(explainReceipt(message)).toEqual({ title: "Message in General", reason: "Awarded by hand", tone: "paid" });
});

test("numbers are written as the reader writes them", () => {
  const entry = anEntry({ outcome: "daily_cap", why: { dailyXpCap: 12_000 } });
  expect(explainReceipt(entry, inGerman).reason).toBe("No XP: daily cap of 12.000 reached, again from midnight");
});
