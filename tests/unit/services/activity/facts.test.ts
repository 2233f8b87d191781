import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import {
  countedMessage,
  countedPost,
  reactionActivities,
  receivedReactionId,
  recordedUnder,
  visitActivity,
} from "@/services/activity/facts";
import { readEvent } from "@/services/activity/read-event";

const BOT = "user_bot";
const deps = { keyedHash: createKeyedHash(Buffer.alloc(32, 1)), env: { whopBotUserId: BOT } };
const AT = new Date("2026-11-21T10:00:00.000Z");
const aMessage = { id: "post_1", userId: "user_mia", type: "regular", content: " Hi there ", createdAt: AT };
const aPost = { id: "post_2", userId: "user_mia", content: "Look", createdAt: AT, experienceId: "exp_forum" };
const aReaction = { userId: "user_mia", targetId: "post_1", targetAt: AT, at: AT, experienceId: "exp_chat" };
const inChat = { ...aMessage, experienceId: "exp_chat" };
const rate = { minXp: 2, maxXp: 2, cooldownSeconds: 0, dailyXpCap: null, minLength: 0 };

test("a message that a page shows is the same activity as the webhook of it, but for where we learned of it", () => {
  const reading = readEvent(
    deps,
    JSON.stringify({
      type: "chat.message.created",
      timestamp: "2026-11-21T10:00:09.000Z",
      company_id: "biz_1",
      data: {
        channel: { id: "feed_1", type: "chat", experience_id: "exp_chat" },
        message: {
          id: "post_1",
          content: " Hi there ",
          created_at: AT,
          message_type: "regular",
          user: { id: "user_mia" },
        },
      },
    }),
    new Date(AT),
  );
  if (reading.kind !== "activity") throw new Error(`It was read as ${reading.kind}.`);
  expect(countedMessage(deps, inChat, "sync")).toEqual({ ...reading.activity, source: "sync" });
  expect(reading.activity).toMatchObject({ activityId: "message:post_1", contentLength: 8 });
});

test.each([
  ["of the system", { type: "system" }],
  ["of another app", { type: "automated" }],
  ["of the app itself", { userId: BOT }],
  ["that is a command", { content: "/mylevel" }],
])("a message %s does not count", (_, difference) => {
  expect(countedMessage(deps, { ...inChat, ...difference }, "sync")).toBeNull();
});

test("a post is a post, what stands below one is a comment, and the app's own is neither", () => {
  expect(countedPost(deps, { ...aPost, parentId: null }, "sync")).toMatchObject({
    activityId: "post:post_2",
    action: "post",
    contentLength: 4,
  });
  expect(countedPost(deps, { ...aPost, parentId: "post_1" }, "history")).toMatchObject({
    activityId: "comment:post_2",
    action: "comment",
    source: "history",
  });
  expect(countedPost(deps, { ...aPost, userId: BOT, parentId: null }, "sync")).toBeNull();
});

test("a post that is shown to buyers only counts without regard to its length", () => {
  const activity = countedPost(deps, { ...aPost, content: null, parentId: null }, "sync");
  expect(activity).not.toBeNull();
  expect(activity).not.toHaveProperty("contentLength");
});

test("the app's own reaction is none, and a reaction to it is the member's alone", () => {
  const reaction = { ...aReaction, authorId: "user_noa" };
  expect(reactionActivities(deps, { ...reaction, userId: BOT }, "sync")).toEqual([]);
  expect(reactionActivities(deps, { ...reaction, authorId: BOT }, "sync")).toHaveLength(1);
  const [, received] = reactionActivities(deps, reaction, "sync");
  expect(received).toMatchObject({ activityId: receivedReactionId("user_mia", "post_1"), userId: "user_noa" });
});

test("a reaction is of the time at which we learned of it; to what is older than 90 days it is of that one's time", () => {
  const timesTo = (targetAt: Date) =>
    reactionActivities(deps, { ...aReaction, authorId: "user_noa", targetAt }, "webhook").map(
      ({ occurredAt }) => occurredAt,
    );
  const youngest = new Date(AT.getTime() - 90 * 86_400_000);
  const older = new Date(youngest.getTime() - 1);
  expect(timesTo(youngest)).toEqual([AT, AT]);
  expect(timesTo(older)).toEqual([older, older]);
});

test("what nobody does to earn XP is recorded where it pays alone; everything else always", () => {
  const both = reactionActivities(deps, { ...aReaction, authorId: "user_noa" }, "sync");
  const actions = (enabled: boolean) => ({
    reaction: { ...rate, enabled: false },
    reaction_received: { ...rate, enabled },
  });
  expect(recordedUnder({ actions: actions(true) }, both)).toEqual(both);
  expect(recordedUnder({ actions: actions(false) }, both)).toEqual(both.slice(0, 1));
  expect(recordedUnder({ actions: {} }, both)).toEqual(both.slice(0, 1));
});

describe("a visit is known by the day where the community is", () => {
  const dayOf = (timeZone: string, at: string) =>
    visitActivity({ userId: "user_mia", at: new Date(at), timeZone }).activityId.replace("daily_visit:user_mia:", "");

  test("which begins at midnight there, on either side of the date line", () => {
    expect(dayOf("Europe/Berlin", "2026-11-20T22:59:59.999Z")).toBe("2026-11-20");
    expect(dayOf("Europe/Berlin", "2026-11-20T23:00:00.000Z")).toBe("2026-11-21");
    expect(dayOf("Pacific/Kiritimati", "2026-11-20T10:00:00.000Z")).toBe("2026-11-21");
    expect(dayOf("Pacific/Niue", "2026-11-21T10:59:59.999Z")).toBe("2026-11-20");
  });

  test("and has 23 or 25 hours when the clocks are changed", () => {
    expect(dayOf("Europe/Berlin", "2026-03-28T23:00:00.000Z")).toBe("2026-03-29");
    expect(dayOf("Europe/Berlin", "2026-03-29T21:59:59.999Z")).toBe("2026-03-29");
    expect(dayOf("Europe/Berlin", "2026-03-29T22:00:00.000Z")).toBe("2026-03-30");
    expect(dayOf("Europe/Berlin", "2026-10-24T22:00:00.000Z")).toBe("2026-10-25");
    expect(dayOf("Europe/Berlin", "2026-10-25T22:59:59.999Z")).toBe("2026-10-25");
    expect(dayOf("Europe/Berlin", "2026-10-25T23:00:00.000Z")).toBe("2026-10-26");
  });
});
