import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import { readEvent } from "@/services/activity/read-event";

const BOT = "user_bot";
const deps = { keyedHash: createKeyedHash(Buffer.alloc(32, 1)), env: { whopBotUserId: BOT } };
const AT = "2026-11-21T10:00:00.000Z";
const read = (event: unknown) => readEvent(deps, JSON.stringify(event));

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
    const reading = { kind: "membership", userId: "user_mia", companyId: "biz_1" };
    expect(activated(mia)).toEqual(reading);
    expect(activated(mia, { account_id: "biz_1" })).toEqual(reading);
    expect(activated(mia, {})).toEqual(reading);
    const older = { id: "mem_1", user_id: "user_mia", page_id: "biz_1", valid: true };
    expect(read({ action: "membership.went_valid", api_version: "v5", data: older })).toEqual(reading);
  });

  test("and belongs to nobody, or to no company that we could tell, is ignored by its name", () => {
    expect(activated({ ...mia, user: null })).toEqual({ kind: "ignored", reason: "membership.activated" });
    expect(activated({ user: mia.user }, {})).toEqual({ kind: "ignored", reason: "membership.activated" });
    expect(activated(mia, { company_id: "page_1" }).kind).toBe("ignored");
    expect(read({ action: "membership.went_valid", data: { user_id: "user_mia" } }).kind).toBe("ignored");
  });
});
