import { anApp } from "@/tests/support/app";
import { databaseContents } from "@/tests/support/database-contents";
import { aMessageEvent, anOwnerEvent, aReactionEvent } from "@/tests/support/events";
import { withinOneMinute } from "@/tests/support/minute";
import {
  BEHIND_PROXIES,
  FORMS,
  type Form,
  randomAddress,
  type Signing,
  sendWebhook,
  signatureOf,
} from "@/tests/support/signed-webhook";
import { aCommunityIn } from "@/tests/support/whop";

const app = anApp({ env: BEHIND_PROXIES });
const aPlace = () => aCommunityIn(app().whop);
const send = (event: unknown, signing?: Signing) => sendWebhook(app(), event, signing);

describe("a webhook that must be refused changes not one row", () => {
  const OTHER_SECRET = "ws_a_secret_that_is_not_ours";
  const re = (headers: Record<string, string | null>): Signing => ({ headers });
  const SIGNATURE: Record<Form, string> = {
    standard: "webhook-signature",
    legacy: "x-whop-signature",
    owner: "x-whop-signature",
  };

  /** Sends it and holds the answer and the database against what was promised. */
  async function refused(status: number, event: unknown, signing: Signing) {
    const before = await databaseContents(app().database);
    const response = await send(event, signing);
    const body = await response.json();
    expect([response.status, body.success]).toEqual([status, false]);
    expect(await databaseContents(app().database)).toEqual(before);
    return body.error;
  }

  describe.each(FORMS)("in the form %s", (form) => {
    test("signed with another secret", async () => {
      await refused(401, aMessageEvent(aPlace()), { form, secret: OTHER_SECRET });
    });

    test("with a signature of another body", async () => {
      const event = aMessageEvent(aPlace());
      const altered = JSON.stringify(event).replace("Hello", "hello");
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = signatureOf(JSON.stringify(event), { form, timestamp, secret: app().whop.webhookSecret });
      await refused(401, altered, { form, headers });
    });

    test("with a timestamp that was not signed", async () => {
      const timestamp = Math.floor(Date.now() / 1000) - 100;
      const changed = String(timestamp + 100);
      const event = aMessageEvent(aPlace());
      if (form === "legacy") {
        const signed = signatureOf(JSON.stringify(event), { form, timestamp, secret: app().whop.webhookSecret });
        const header = Object.values(signed)[0] ?? "";
        await refused(401, event, { form, ...re({ "x-whop-signature": header.replace(/t=\d+/, `t=${changed}`) }) });
      } else {
        const name = form === "standard" ? "webhook-timestamp" : "x-whop-timestamp";
        await refused(401, event, { form, timestamp, ...re({ [name]: changed }) });
      }
    });

    test("without its signature, with an empty one, and with one in the wrong encoding", async () => {
      const event = aMessageEvent(aPlace());
      await refused(401, event, { form, ...re({ [SIGNATURE[form]]: null }) });
      await refused(401, event, { form, ...re({ [SIGNATURE[form]]: "" }) });
      const given = { form, timestamp: Math.floor(Date.now() / 1000), secret: app().whop.webhookSecret, id: "msg_1" };
      const signed = signatureOf(JSON.stringify(event), given);
      const right = new Headers(signed).get(SIGNATURE[form]) ?? "";
      await refused(401, event, { ...given, ...re({ [SIGNATURE[form]]: inTheOtherEncoding(form, right) }) });
    });

    test("that is signed, and no UTF-8", async () => {
      const bytes = Buffer.concat([Buffer.from(JSON.stringify(aMessageEvent(aPlace()))), Buffer.from([0xc3, 0x28])]);
      await refused(401, bytes, { form });
    });

    test("that is signed, and no JSON", async () => {
      for (const body of ["", "null", "[]", "{", '"text"', `${JSON.stringify(aMessageEvent(aPlace()))}x`]) {
        expect(await refused(400, body, { form })).toMatchObject({ code: "bad_request" });
      }
    });
  });

  function inTheOtherEncoding(form: Form, right: string): string {
    if (form === "standard") return `v1,${Buffer.from(right.slice(3), "base64").toString("hex")}`;
    const [prefix, hex] = form === "legacy" ? right.split("v1=") : ["", right];
    const base64 = Buffer.from(hex ?? "", "hex").toString("base64");
    return form === "legacy" ? `${prefix}v1=${base64}` : base64;
  }

  test("of a megabyte and a byte; a megabyte is taken", async () => {
    const filled = (bytes: number) => {
      const event = { action: "size.test", data: "" };
      return JSON.stringify({ ...event, data: "x".repeat(bytes - JSON.stringify(event).length) });
    };
    expect((await send(filled(1_000_000))).status).toBe(200);
    expect(await refused(413, filled(1_000_001), {})).toMatchObject({ code: "payload_too_large" });
  });

  test.each<[string, (place: ReturnType<typeof aPlace>) => unknown]>([
    ["data.message.user", (place) => without(aMessageEvent(place), "data", "message", "user")],
    ["data.message.id", (place) => without(aMessageEvent(place), "data", "message", "id")],
    ["data.message.created_at", (place) => without(aMessageEvent(place), "data", "message", "created_at")],
    ["data.channel", (place) => without(aMessageEvent(place), "data", "channel")],
    ["data", (place) => without(aMessageEvent(place), "data")],
    ["timestamp", (place) => without(aReactionEvent(place), "timestamp")],
    ["data.reaction", (place) => without(aReactionEvent(place), "data", "reaction")],
    ["data.user_id", (place) => without(anOwnerEvent(place), "data", "user_id")],
    ["data.experience_id", (place) => without(anOwnerEvent(place), "data", "experience_id")],
    ["data.created_at", (place) => without(anOwnerEvent(place), "data", "created_at")],
    ["action", () => ({ data: {} })],
  ])("because a known event has no %s, which the answer names", async (field, make) => {
    const error = await refused(400, make(aPlace()), {});
    expect(error.details.map(({ path }: { path: string }) => path)).toContain(field);
  });

  test("because an id in it is none that a platform gives: too long, empty, or with characters no database takes", async () => {
    const place = aPlace();
    for (const id of ["", "x".repeat(151), "post_\u0000", "post_\ud800", "post 1\n"]) {
      expect(await refused(400, aMessageEvent(place, { id }), {})).toMatchObject({ code: "bad_request" });
      expect(await refused(400, aMessageEvent(place, { userId: id }), {})).toMatchObject({ code: "bad_request" });
      expect(await refused(400, anOwnerEvent(place, { id }), {})).toMatchObject({ code: "bad_request" });
      expect(await refused(400, aMessageEvent(place, { experienceId: id }), {})).toMatchObject({ code: "bad_request" });
    }
    for (const userId of [`user_${"x".repeat(59)}`, `user_${"x".repeat(60)}`]) {
      const response = await send(aReactionEvent(place, { id: "p".repeat(120), userId }));
      expect(response.status).toBe(userId.length > 64 ? 400 : 200);
    }
  });

  /** The event, and one field of it gone. */
  function without(event: object, ...path: string[]): unknown {
    const hidden = path.join(".");
    const copied = (value: unknown, at: string): unknown =>
      typeof value !== "object" || value === null
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .map(([key, part]) => [at ? `${at}.${key}` : key, key, part] as const)
              .filter(([place]) => place !== hidden)
              .map(([place, key, part]) => [key, copied(part, place)]),
          );
    return copied(event, "");
  }

  test("after ten a minute from an address, which is then told to wait; signed ones from there are taken all the same", async () => {
    await withinOneMinute();
    const [address, another] = [randomAddress(), randomAddress()];
    const place = aPlace();
    const forged = () => send(aMessageEvent(place), { secret: OTHER_SECRET, address });
    for (let n = 0; n < 10; n += 1) expect((await forged()).status).toBe(401);
    const told = await forged();
    expect([told.status, Number(told.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
    expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await send(aMessageEvent(place), { address })).status).toBe(200);
    expect((await send(aMessageEvent(place), { secret: OTHER_SECRET, address: another })).status).toBe(401);
  });
});
