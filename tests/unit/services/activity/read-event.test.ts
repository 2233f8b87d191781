import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import { readEvent } from "@/services/activity/read-event";

const BOT = "user_bot";
const deps = { keyedHash: createKeyedHash(Buffer.alloc(32, 1)), env: { whopBotUserId: BOT } };
const AT = "2026-11-21T10:00:00.000Z";
const read = (event: unknown) => readEvent(deps, JSON.stringify(event), new Date(AT));

const owner = (action: string, data: object) =>
  read({ action, data: { user_id: "user_mia", experience_id: "exp_chat", created_at: AT, ...data } });

function chat({ type = "chat", messageType = "regular", userId = "user_mia", content = "/rank" } = {}) {
  const message = { id: "post_1", content, created_at: AT, message_type: messageType, user: { id: userId } };
  const channel = { id: "feed_1", type, experience_id: "exp_chat" };
  return { type: "chat.message.created", timestamp: AT, company_id: "biz_1", data: { channel, message } };
}

test("a command in a chat is no activity, and says where to answer whom", () => {
  expect(read(chat())).toEqual({
    kind: "command",
    asked: {
      command: "mylevel",
      userId: "user_mia",
      messageId: "post_1",
      replyingToId: "post_1",
      channelId: "feed_1",
      experienceId: "exp_chat",
      askedAt: new Date(AT),
    },
    experienceId: "exp_chat",
    companyId: "biz_1",
  });
});

test("the same message in the owner's form is the same command, answered where it was written", () => {
  expect(owner("message.created", { id: "post_1", content: " /RANK please" })).toMatchObject({
    kind: "command",
    asked: { command: "mylevel", messageId: "post_1", replyingToId: "post_1", channelId: "exp_chat" },
  });
});

test("one without an id has one made of what it is, which Whop is not told", () => {
  const [once, again, other] = ["/top", "/top", "/help"].map((content) => owner("message.created", { content }));
  expect(once).toMatchObject({ kind: "command", asked: { messageId: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  expect(once).toMatchObject({ asked: { replyingToId: null } });
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

test.each([
  ["in a direct message", chat({ type: "direct_message" })],
  ["in a support chat", chat({ type: "support" })],
  ["in something new", chat({ type: "something_new" })],
  ["by the system", chat({ messageType: "system" })],
  ["by another bot", chat({ messageType: "automated" })],
  ["by the app itself", chat({ userId: BOT })],
])("a command %s is ignored", (_, event) => {
  expect(read(event).kind).toBe("ignored");
});

test("a command by the app itself in the owner's form is ignored", () => {
  expect(owner("message.created", { user_id: BOT, content: "/help" }).kind).toBe("ignored");
});

test("what begins like a command and is none is an activity, and so is a post or a joining that reads like one", () => {
  expect(read(chat({ content: "/foo" })).kind).toBe("activity");
  expect(owner("post.created", { content: "/help" }).kind).toBe("activity");
  expect(owner("membership.created", { content: "/help" })).toMatchObject({
    kind: "membership",
    activity: { action: "member_joined" },
  });
});

describe("a membership that begins", () => {
  const activated = (data: unknown, more: object = { company_id: "biz_1" }) =>
    read({ type: "membership.activated", timestamp: AT, ...more, data });
  const mia = { id: "mem_1", status: "active", user: { id: "user_mia" }, company: { id: "biz_1", title: "C" } };

  test("says whose it is and where, in Whop's forms, old and new", () => {
    const reading = { kind: "membership", fact: { userId: "user_mia", kind: "joined" }, companyId: "biz_1" };
    expect(activated(mia)).toMatchObject(reading);
    expect(activated(mia, { account_id: "biz_1" })).toMatchObject(reading);
    expect(activated(mia, {})).toMatchObject(reading);
    const older = { id: "mem_1", user_id: "user_mia", page_id: "biz_1", valid: true };
    expect(read({ action: "membership.went_valid", api_version: "v5", data: older })).toMatchObject(reading);
  });

  test("is a joining, the same one each time, at the time at which they came: else at the event's", () => {
    const joining = { activityId: "member_joined:user_mia", action: "member_joined", userId: "user_mia" };
    expect(activated(mia)).toMatchObject({ activity: { ...joining, occurredAt: new Date(AT) } });
    const earlier = "2026-03-01T08:00:00.000Z";
    const again = activated({ ...mia, id: "mem_2", joined_at: earlier });
    expect(again).toMatchObject({ activity: { ...joining, occurredAt: new Date(earlier) } });
    const older = { user_id: "user_mia", page_id: "biz_1", created_at: Date.parse(earlier) / 1000 };
    const reading = read({ action: "membership.went_valid", api_version: "v5", data: older });
    expect(reading).toMatchObject({ activity: { ...joining, occurredAt: new Date(earlier) } });
  });

  test("and belongs to nobody, or to no company that we could tell, is ignored by its name", () => {
    expect(activated({ ...mia, user: null })).toEqual({ kind: "ignored", reason: "membership.activated" });
    expect(activated({ user: mia.user }, {})).toEqual({ kind: "ignored", reason: "membership.activated" });
    expect(activated(mia, { company_id: "page_1" }).kind).toBe("ignored");
    expect(read({ action: "membership.went_valid", data: { user_id: "user_mia" } }).kind).toBe("ignored");
  });
});

describe("a reaction", () => {
  const reacted = (userId: string, authorId: string) => {
    const message = { id: "post_1", content: "Hi", created_at: AT, message_type: "regular", user: { id: authorId } };
    const channel = { id: "feed_1", type: "chat", experience_id: "exp_chat" };
    const reaction = { id: "reac_1", emoji: ":heart:", user: { id: userId } };
    const at = "2026-11-21T10:05:00.000Z";
    return read({
      type: "chat.reaction.created",
      timestamp: at,
      company_id: "biz_1",
      data: { channel, message, reaction },
    });
  };
  const shared = { occurredAt: new Date("2026-11-21T10:05:00.000Z"), experienceId: "exp_chat", source: "webhook" };

  test("is one activity of who reacts and one of the author, at the time of the event", () => {
    expect(reacted("user_mia", "user_noa")).toEqual({
      kind: "reaction",
      activities: [
        {
          ...shared,
          activityId: "reaction:user_mia:post_1",
          action: "reaction",
          userId: "user_mia",
          subjectUserId: "user_noa",
        },
        {
          ...shared,
          activityId: "reaction_received:user_mia:post_1",
          action: "reaction_received",
          userId: "user_noa",
          subjectUserId: "user_mia",
        },
      ],
      experienceId: "exp_chat",
      companyId: "biz_1",
    });
  });

  test("to one's own message, or to the app's, gives the author none", () => {
    expect(reacted("user_mia", "user_mia")).toMatchObject({ activities: [{ action: "reaction" }] });
    expect(reacted("user_mia", BOT)).toMatchObject({ activities: [{ action: "reaction" }] });
    expect(reacted(BOT, "user_mia").kind).toBe("ignored");
  });
});

describe("a lesson", () => {
  const finished = (more: object = {}) =>
    read({
      type: "course_lesson_interaction.completed",
      timestamp: AT,
      company_id: "biz_1",
      data: {
        id: "cli_1",
        completed: true,
        created_at: "2026-11-20T09:00:00.000Z",
        course: { id: "cors_1", title: "Start", experience: { id: "exp_course" } },
        lesson: { id: "lesn_1", title: "One", chapter: { id: "chap_1" } },
        user: { id: "user_mia", username: "mia", name: "Mia" },
        ...more,
      },
    });

  test("that is finished is one activity of the member, when the event was: its own time is when it was begun", () => {
    expect(finished()).toEqual({
      kind: "activity",
      activity: {
        activityId: "lesson:user_mia:lesn_1",
        userId: "user_mia",
        action: "lesson",
        occurredAt: new Date(AT),
        experienceId: "exp_course",
        source: "webhook",
      },
      experienceId: "exp_course",
      companyId: "biz_1",
    });
  });

  test("is the same one under another id of Whop's, and at the time at which it was finished where Whop says so", () => {
    const at = "2026-11-21T09:59:00.000Z";
    const activity = { activityId: "lesson:user_mia:lesn_1", occurredAt: new Date(at) };
    expect(finished({ id: "cli_2", completed_at: at })).toMatchObject({ activity });
  });

  test("that is not finished is ignored, and one that says not whose or which it is is refused", () => {
    expect(finished({ completed: false }).kind).toBe("ignored");
    expect(() => finished({ lesson: null })).toThrow("The event is not valid.");
    expect(() => finished({ user: {} })).toThrow("The event is not valid.");
  });
});
