import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { badRequest, found } from "./api-error";
import type { ControlParts } from "./control";
import { dateOf, read } from "./control-request";
import { forumView } from "./host/forum";
import { forumPostView, lessonView } from "./views";

const PostRequest = z.strictObject({
  userId: z.string(),
  experienceId: z.string(),
  content: z.string(),
  title: z.string().optional(),
  parentId: z.string().optional(),
  pinned: z.boolean().optional(),
  paywalled: z.boolean().optional(),
  createdAt: z.iso.datetime({ offset: true }).optional(),
});

const LessonRequest = z.strictObject({
  userId: z.string(),
  experienceId: z.string(),
  /** The next one where none is named. */
  lessonId: z.string().optional(),
  finishedAt: z.iso.datetime({ offset: true }).optional(),
});

/** A message, a post or a comment. */
const Deletion = z.strictObject({ id: z.string() });

const PermissionRequest = z.union([
  z.strictObject({ companyId: z.string(), operation: z.string(), granted: z.boolean() }),
  z.strictObject({
    companyId: z.string(),
    installed: z.boolean(),
    status: z.union([z.literal(403), z.literal(404)]).optional(),
  }),
]);

const BanRequest = z.strictObject({ companyId: z.string(), userId: z.string(), banned: z.boolean() });

/** What members and creators do beside chatting: posts, lessons, deletions, bans, and what they let the app do. */
export function createCommunityControl({
  world,
  permissions,
  live,
}: Pick<ControlParts, "world" | "permissions" | "live">): Hono<{ Bindings: HttpBindings }> {
  const control = new Hono<{ Bindings: HttpBindings }>();

  control.get("/posts", (c) => {
    const forum = found(world.experience(c.req.query("experienceId") ?? ""), "forum");
    return c.json({ posts: forumView(world, forum.id) });
  });

  control.post("/posts", async (c) => {
    const { userId, experienceId, parentId, createdAt, pinned, paywalled, ...text } = await read(c, PostRequest);
    found(world.user(userId), "user");
    const forum = found(world.experience(experienceId), "forum");
    if (forum.kind !== "forum") throw badRequest("That place is no forum.");
    if (parentId !== undefined) found(world.forumPost(parentId), "post");
    const more = { parentId, isPinned: pinned, isPaywalled: paywalled, createdAt: dateOf(createdAt) };
    return c.json(forumPostView(world, world.addPost({ userId, experienceId, ...text, ...more })), 201);
  });

  control.get("/lessons", (c) => {
    const { experienceId = "", userId = "" } = c.req.query();
    return c.json({ lessons: world.lessonsOf(experienceId, userId).map((lesson) => lessonView(world, lesson)) });
  });

  control.post("/lessons", async (c) => {
    const { userId, experienceId, lessonId, finishedAt } = await read(c, LessonRequest);
    found(world.user(userId), "user");
    const course = found(world.experience(experienceId), "course");
    if (course.kind !== "course") throw badRequest("That place is no course.");
    const lesson = world.finishLesson({ userId, experienceId, lessonId, finishedAt: dateOf(finishedAt) });
    return c.json(lessonView(world, lesson), 201);
  });

  control.post("/deletions", async (c) => {
    const { id } = await read(c, Deletion);
    if (world.forumPost(id)) world.deletePost(id);
    else world.deleteMessage(found(world.message(id), "message, post or comment").id);
    return c.body(null, 204);
  });

  control.post("/permissions", async (c) => {
    const request = await read(c, PermissionRequest);
    const { companyId } = request;
    found(world.company(companyId), "company");
    if ("operation" in request) permissions[request.granted ? "grant" : "revoke"](companyId, request.operation);
    else if (request.installed) permissions.install(companyId);
    else permissions.uninstall(companyId, request.status);
    return c.json({ installed: permissions.isInstalled(companyId), revoked: permissions.revoked(companyId) });
  });

  control.post("/bans", async (c) => {
    const { companyId, userId, banned } = await read(c, BanRequest);
    found(world.company(companyId), "company");
    found(world.user(userId), "user");
    world.ban(companyId, userId, banned);
    live.changed();
    return c.json({ banned });
  });

  return control;
}
