import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { ApiError, found } from "./api-error";
import { createCommunityControl } from "./control-community";
import { dateOf, read } from "./control-request";
import type { Effects } from "./effects";
import { type Faults, NewFault } from "./faults";
import { chatView, type LiveFeed } from "./host/live";
import type { FrameTarget } from "./host/target";
import type { Permissions } from "./permissions";
import type { Signer } from "./tokens";
import { likeView, membershipView, messageView, reactionView } from "./views";
import type { World } from "./world";

const TokenRequest = z.strictObject({ userId: z.string(), companyId: z.string().optional() });

const MessageRequest = z
  .strictObject({
    userId: z.string(),
    experienceId: z.string().optional(),
    channelId: z.string().optional(),
    content: z.string(),
    createdAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((request) => (request.experienceId === undefined) !== (request.channelId === undefined), {
    error: "Give experienceId or channelId.",
  });

const ReactionRequest = z.strictObject({
  userId: z.string(),
  messageId: z.string(),
  emoji: z.string().optional(),
  createdAt: z.iso.datetime({ offset: true }).optional(),
});

/** A post has one kind of reaction. */
const Unreaction = z.strictObject({ userId: z.string(), messageId: z.string(), emoji: z.string().optional() });

const MembershipRequest = z.strictObject({
  companyId: z.string().optional(),
  userId: z.string(),
  active: z.boolean(),
  /** For a membership that begins: null makes it one for life. */
  renewalPeriodEnd: z.iso.datetime({ offset: true }).nullish(),
});

const WritingRequest = z.strictObject({ writing: z.boolean() });

const MESSAGES_SHOWN = 60;

export interface ControlParts {
  world: World;
  signer: Signer;
  faults: Faults;
  permissions: Permissions;
  effects: Effects;
  live: LiveFeed;
  /** What the page with the iframe shows; undefined before an app stands behind it. */
  target(): FrameTarget | undefined;
}

/** What the simulator answers beside Whop's API, for the demo, tests and whoever wants to make something go wrong. */
export function createControl(parts: ControlParts): Hono<{ Bindings: HttpBindings }> {
  const { world, signer, faults, effects, live, target } = parts;
  const control = new Hono<{ Bindings: HttpBindings }>();

  control.post("/token", async (c) => {
    const { userId, companyId } = await read(c, TokenRequest);
    found(world.user(userId), "user");
    if (companyId !== undefined) found(world.company(companyId), "company");
    return c.json({ token: await signer.mint(userId) });
  });

  control.post("/messages", async (c) => {
    const { userId, experienceId, channelId, content, createdAt } = await read(c, MessageRequest);
    found(world.user(userId), "user");
    const channel = found(world.channel(channelId ?? experienceId ?? ""), "channel");
    const message = world.postMessage({ userId, channelId: channel.id, content, createdAt: dateOf(createdAt) });
    return c.json(messageView(world, message), 201);
  });

  control.post("/reactions", async (c) => {
    const { userId, messageId, emoji, createdAt } = await read(c, ReactionRequest);
    found(world.user(userId), "user");
    if (world.forumPost(messageId)) {
      const like = world.like({ userId, postId: messageId, createdAt: dateOf(createdAt) });
      return c.json(likeView(world, like), 201);
    }
    found(world.message(messageId), "message");
    return c.json(reactionView(world, world.react({ userId, messageId, emoji, createdAt: dateOf(createdAt) })), 201);
  });

  control.get("/messages", (c) => {
    const channel = found(world.channel(c.req.query("channelId") ?? ""), "channel");
    const messages = world.messagesIn(channel.id).slice(-MESSAGES_SHOWN);
    return c.json({ messages: messages.map((message) => chatView({ world }, message)) });
  });

  control.delete("/reactions", async (c) => {
    const { userId, messageId, emoji } = await read(c, Unreaction);
    if (world.forumPost(messageId)) {
      world.unlike(messageId, userId);
      return c.body(null, 204);
    }
    const given = world.reactionsTo(messageId).find((one) => one.userId === userId && one.emoji === emoji);
    world.unreact(found(given, "reaction").id);
    live.reaction({ messageId });
    return c.body(null, 204);
  });

  control.get("/live", (c) => {
    const frame = found(target(), "frame");
    const { experienceId = frame.experienceId, userId = frame.userId } = c.req.query();
    return live.open(frame, found(world.experience(experienceId), "experience").companyId, userId);
  });

  control.post("/memberships", async (c) => {
    const { userId, active, renewalPeriodEnd, ...request } = await read(c, MembershipRequest);
    const companyId = request.companyId ?? world.experience(target()?.experienceId ?? "")?.companyId ?? "";
    found(world.company(companyId), "company");
    found(world.user(userId), "user");
    const more = renewalPeriodEnd === undefined ? {} : { renewalPeriodEnd };
    const membership = active ? world.join(companyId, userId, undefined, more) : world.leave(companyId, userId).at(-1);
    live.changed();
    return c.json(membershipView(world, found(membership, "membership")));
  });

  control.post("/members", async (c) => {
    const { writing } = await read(c, WritingRequest);
    found(target()?.members, "simulated members").setWriting(writing);
    live.changed();
    return c.json({ writing });
  });

  control.get("/faults", (c) => c.json({ planned: faults.planned() }));

  control.post("/faults", async (c) => {
    faults.add(await read(c, NewFault));
    live.changed();
    return c.json({ planned: true }, 201);
  });

  control.delete("/faults", (c) => {
    faults.clear();
    live.changed();
    return c.body(null, 204);
  });

  control.get("/effects", (c) => c.json(effects.all()));

  control.route("/", createCommunityControl(parts));

  control.onError((error, c) => {
    if (!(error instanceof ApiError)) throw error;
    return Response.json(error.body, { status: error.status, headers: c.res.headers });
  });
  return control;
}
