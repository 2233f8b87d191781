import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Whop from "@whop/sdk";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { RETRY_SCHEDULE_SECONDS } from "@/dev/whop/webhooks";
import { createWebhookVerifier } from "@/lib/whop/webhook-signature";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

let receiver: Server;
let received: Received[];
/** What the receiver answers, first to last, then 200. */
let answers: number[];
let simulator: WhopSimulator;
let place: CommunityInWhop;

beforeEach(async () => {
  [received, answers] = [[], []];
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(answers.shift() ?? 200, { Location: "http://127.0.0.1:9/" }).end("{}");
  });
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/webhook`;
  simulator = await startWhopSimulator({ webhookUrl, retryScale: 0.0002, rateLimitPerMinute: 0 });
  place = aCommunityIn(simulator);
});

afterEach(async () => {
  await simulator.stop();
  await new Promise((closed) => receiver.close(closed));
});

const say = (content = "Hello", changes = {}) =>
  simulator.world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content, ...changes });

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function verdictOn(delivery: Received, secrets = [simulator.webhookSecret]) {
  const headers = new Headers(headersOf(delivery));
  return createWebhookVerifier(secrets)({ headers, rawBody: Buffer.from(delivery.body), now: new Date() });
}

test("a message reaches the app as Whop tells it, signed so that we and Whop's own SDK accept it", async () => {
  const message = say();
  await simulator.webhooks.settled();
  const [delivery] = received;
  if (!delivery) throw new Error("Nothing arrived.");
  const event = JSON.parse(delivery.body);
  expect(event).toMatchObject({
    id: delivery.headers["webhook-id"],
    type: "chat.message.created",
    api_version: "v1",
    company_id: place.companyId,
    data: {
      channel: { type: "chat", experience_id: place.chatExperienceId },
      message: { id: message.id, content: "Hello", message_type: "regular", user: { id: place.memberId } },
    },
  });
  expect(verdictOn(delivery)).toMatchObject({ ok: true, form: "standard", deliveryId: event.id });
  const sdk = new Whop({ apiKey: "any", webhookKey: btoa(simulator.webhookSecret) });
  expect(sdk.webhooks.unwrap(delivery.body, { headers: headersOf(delivery) })).toMatchObject({ id: event.id });
});

test("a finished lesson reaches the app in Whop's shape, and one that is finished again does not", async () => {
  const { world, webhooks, webhookSecret } = simulator;
  const { companyId, memberId: userId } = place;
  const { id: experienceId } = world.addExperience({ companyId, name: "Course", kind: "course" });
  const lesson = world.finishLesson({ userId, experienceId, finishedAt: new Date("2026-01-02T03:04:05Z") });
  world.finishLesson({ userId, experienceId, lessonId: lesson.lessonId });
  world.finishLesson({ userId, experienceId, deliver: false });
  await webhooks.settled();
  expect(received).toHaveLength(1);
  const [delivery] = received;
  if (!delivery) throw new Error("Nothing arrived.");
  expect(verdictOn(delivery)).toMatchObject({ ok: true });
  const sdk = new Whop({ apiKey: "any", webhookKey: btoa(webhookSecret) });
  expect(sdk.webhooks.unwrap(delivery.body, { headers: headersOf(delivery) })).toMatchObject({
    type: "course_lesson_interaction.completed",
    company_id: companyId,
    data: {
      id: lesson.id,
      completed: true,
      created_at: "2026-01-02T03:04:05.000Z",
      course: { experience: { id: experienceId }, title: "Course" },
      lesson: { id: lesson.lessonId, chapter: { id: expect.any(String) }, title: expect.any(String) },
      user: { id: userId },
    },
  });
});

test("a reaction reaches the app with the message it is for, and once for the same reaction", async () => {
  const message = say();
  const reaction = simulator.world.react({ userId: place.ownerId, messageId: message.id });
  simulator.world.react({ userId: place.ownerId, messageId: message.id });
  await simulator.webhooks.settled();
  const events = received.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === "chat.reaction.created");
  expect(events).toHaveLength(1);
  expect(events[0].data).toMatchObject({
    reason: "message_reaction",
    reaction: { id: reaction.id, resource_id: message.id, user: { id: place.ownerId } },
    message: { id: message.id },
  });
});

test("a direct message is told as one", async () => {
  const { id } = simulator.world.addDirectChannel(place.companyId, "direct_message");
  say("psst", { channelId: id });
  await simulator.webhooks.settled();
  expect(JSON.parse(received[0]?.body ?? "").data.channel).toEqual({ id, type: "direct_message", experience_id: null });
});

test("the app is told once of a membership that begins and of one that ends, and of added days not at all", async () => {
  const { world, webhooks, baseUrl, apiKey, appId } = simulator;
  const begun = world.join(place.companyId, place.strangerId);
  await webhooks.settled();
  world.join(place.companyId, place.strangerId);
  const sdk = new Whop({ apiKey, appID: appId, baseURL: baseUrl, logLevel: "off" });
  const { renewal_period_end } = await sdk.memberships.addFreeDays(begun.id, { free_days: 3 });
  world.leave(place.companyId, place.strangerId);
  world.leave(place.companyId, place.strangerId);
  await webhooks.settled();
  const user = { id: place.strangerId, name: "Stan Stranger" };
  const company = { id: place.companyId };
  expect(received.map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      type: "membership.activated",
      company_id: place.companyId,
      data: { id: begun.id, status: "active", user, company },
    },
    { type: "membership.deactivated", data: { id: begun.id, status: "canceled", user, renewal_period_end } },
  ]);
  expect(received.every((delivery) => verdictOn(delivery).ok)).toBe(true);
});

test("what the app does not accept is sent again under the same id, signed anew", async () => {
  answers = [500, 302, 429];
  say();
  await simulator.webhooks.settled();
  expect(received).toHaveLength(4);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  expect(received.map((delivery) => verdictOn(delivery).ok)).toEqual([true, true, true, true]);
  expect(simulator.webhooks.deliveries()).toEqual([
    expect.objectContaining({ attempts: [500, 302, 429, 200], state: "delivered" }),
  ]);
});

test("after twelve retries over about 71 hours Whop gives up", async () => {
  const hours = RETRY_SCHEDULE_SECONDS.reduce((sum, pause) => sum + pause, 0) / 3600;
  expect(RETRY_SCHEDULE_SECONDS).toHaveLength(12);
  expect(hours).toBeGreaterThan(70);
  expect(hours).toBeLessThan(72);
  const impatient = await startWhopSimulator({ webhookUrl: "http://127.0.0.1:9/", retryScale: 0 });
  const { memberId: userId, chatExperienceId: channelId } = aCommunityIn(impatient);
  impatient.world.postMessage({ userId, channelId, content: "Hello" });
  await impatient.webhooks.settled();
  expect(impatient.webhooks.deliveries()).toEqual([expect.objectContaining({ state: "given_up" })]);
  expect(impatient.webhooks.deliveries()[0]?.attempts).toHaveLength(13);
  await impatient.stop();
});

test("while a secret is rotated, both sign, and afterwards only the new one", async () => {
  const [old, fresh] = [simulator.webhookSecret, "ws_the_new_secret_of_this_webhook"];
  simulator.webhooks.setSecrets([old, fresh]);
  say("one");
  await simulator.webhooks.settled();
  simulator.webhooks.setSecrets([fresh]);
  say("two");
  await simulator.webhooks.settled();
  const verdicts = received.map((delivery) => [verdictOn(delivery, [old]).ok, verdictOn(delivery, [fresh]).ok]);
  expect(verdicts).toEqual([
    [true, true],
    [false, true],
  ]);
});

test("webhooks are lost, doubled, overtaken and damaged on request", async () => {
  const { faults, webhooks } = simulator;
  faults.add({ kind: "webhook_drop" });
  say("lost");
  faults.add({ kind: "webhook_duplicate" });
  say("doubled");
  await webhooks.settled();
  faults.add({ kind: "webhook_reorder" });
  say("late");
  say("early");
  await webhooks.settled();
  const contents = () => received.map(({ body }) => JSON.parse(body).data.message.content);
  expect(contents()).toEqual(["doubled", "doubled", "early", "late"]);
  expect(received[0]?.headers["webhook-id"]).toBe(received[1]?.headers["webhook-id"]);

  received = [];
  answers = [401];
  faults.add({ kind: "webhook_corrupt" });
  say("damaged");
  await webhooks.settled();
  expect(received.map((delivery) => verdictOn(delivery).ok)).toEqual([false, true]);
});

test("history can be written without telling, and nothing is sent where nobody listens", async () => {
  say("quiet", { deliver: false });
  simulator.webhooks.setUrl(undefined);
  say("unheard");
  await simulator.webhooks.settled();
  expect(received).toEqual([]);
});

test("stopping does not wait for retries", async () => {
  const patient = await startWhopSimulator({ webhookUrl: "http://127.0.0.1:9/" });
  const { memberId: userId, chatExperienceId: channelId } = aCommunityIn(patient);
  patient.world.postMessage({ userId, channelId, content: "Hello" });
  const start = performance.now();
  await patient.stop();
  expect(performance.now() - start).toBeLessThan(10_000);
});
