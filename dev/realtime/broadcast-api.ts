import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { ChannelParts } from "@/dev/realtime/channel";
import type { Broadcast } from "@/dev/realtime/frames";
import { type Claims, readToken } from "@/dev/realtime/tokens";

const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const Messages = z.object({
  messages: z.array(
    z.object({
      topic: z.string().min(1).max(240),
      event: z.string().min(1).max(255),
      payload: z.looseObject({}),
      private: z.boolean().default(false),
    }),
  ),
});

/** Broadcasts over HTTP: several at once in a body, or one whose topic and event stand in the path. */
export function createBroadcastApi(parts: ChannelParts): Hono<{ Variables: { claims: Claims } }> {
  const api = new Hono<{ Variables: { claims: Claims } }>();
  api.use(bodyLimit({ maxSize: BODY_LIMIT_BYTES }));
  api.use(async (c, next) => {
    const bearer = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const given = await readToken(parts.jwtSecret, bearer ?? c.req.header("apikey"));
    if ("refused" in given) return c.json({ error: "Unauthorized", message: given.refused }, 401);
    c.set("claims", given.claims);
    await next();
  });

  api.post("/", async (c) => {
    const given = Messages.safeParse(await c.req.json().catch(() => undefined));
    if (!given.success) return c.json({ error: z.prettifyError(given.error) }, 422);
    for (const { topic, event, payload, private: isPrivate } of given.data.messages) {
      const broadcast = { event, isJson: true, bytes: Buffer.from(JSON.stringify(payload)) };
      await sendIfAllowed(parts, c.get("claims"), topic, isPrivate, broadcast);
    }
    return c.body(null, 202);
  });

  api.post("/:topic/events/:event", async (c) => {
    const { topic, event } = c.req.param();
    const isJson = c.req.header("content-type")?.startsWith("application/json") ?? false;
    const bytes = Buffer.from(await c.req.arrayBuffer());
    if (isJson && !isReadable(bytes)) return c.json({ error: "The body is not JSON" }, 422);
    await sendIfAllowed(parts, c.get("claims"), topic, c.req.query("private") === "true", { event, isJson, bytes });
    return c.body(null, 202);
  });
  return api;
}

/** What may not be sent is dropped and answered like the rest, as by Supabase. */
async function sendIfAllowed(
  { hub, permissions, allowPublic }: ChannelParts,
  claims: Claims,
  topic: string,
  isPrivate: boolean,
  broadcast: Broadcast,
): Promise<void> {
  const allowed = isPrivate ? await permissions.maySay(claims, topic) : allowPublic;
  if (allowed) hub.send(topic, isPrivate, broadcast);
}

function isReadable(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false; // which is the question
  }
}
