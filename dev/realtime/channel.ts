import { z } from "zod";
import type { Broadcast, Version } from "@/dev/realtime/frames";
import type { Hub, Listener } from "@/dev/realtime/hub";
import type { Permissions } from "@/dev/realtime/permissions";
import { type Claims, readToken } from "@/dev/realtime/tokens";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type ChannelParts = {
  hub: Hub;
  permissions: Permissions;
  jwtSecret: string;
  /** Whether channels that nobody is asked about are to be had. */
  allowPublic: boolean;
};

/** How a channel reaches its client. */
export type Line = {
  version: Version;
  deliver(data: string | Buffer): void;
  /** The server ends the channel, and says why. */
  end(reason: string): void;
};

export type Channel = {
  joinRef: string | null;
  /** A new token. Row level security is asked again; a no ends the channel. */
  renew(token: string): Promise<void>;
  /** True when it may be said. What a client may not say is dropped without a word, as by Supabase. */
  say(broadcast: Broadcast): Promise<boolean>;
  wantsAnswers: boolean;
  leave(): void;
};

const Join = z.object({
  access_token: z.string().nullish(),
  config: z
    .object({
      private: z.boolean().default(false),
      broadcast: z.object({ ack: z.boolean().default(false), self: z.boolean().default(false) }).prefault({}),
      presence: z.object({ enabled: z.boolean().default(false) }).prefault({}),
      postgres_changes: z.array(z.unknown()).default([]),
    })
    .prefault({}),
});

/** Lets a client in, or says why not. */
export async function join(
  parts: ChannelParts,
  line: Line,
  { name, joinRef, payload, apiKey }: { name: string; joinRef: string | null; payload: unknown; apiKey: string },
): Promise<{ channel: Channel } | { refused: string }> {
  const { hub, permissions, jwtSecret } = parts;
  const wish = Join.safeParse(payload);
  if (!wish.success || !name.startsWith("realtime:")) return { refused: "InvalidJoin: not a channel of Realtime" };
  const { access_token: token, config } = wish.data;
  if (config.presence.enabled || config.postgres_changes.length > 0) {
    return { refused: "NotServedHere: only broadcasts are, not presence and not changes of tables" };
  }
  if (!config.private && !parts.allowPublic) {
    return { refused: "PrivateOnly: This project only allows private channels" };
  }
  const topic = name.slice("realtime:".length);
  const given = await readToken(jwtSecret, token ?? apiKey);
  if ("refused" in given) return given;
  const refusal = await refusalOf(given.claims);
  if (refusal) return { refused: refusal };

  // Asked once, and then again only with a new token.
  let claims = given.claims;
  let maySay: boolean | undefined;
  let expiry = whenExpired();
  const listener: Listener = { version: line.version, channel: name, deliver: line.deliver };
  hub.add(topic, config.private, listener);

  async function refusalOf(asking: Claims): Promise<string | undefined> {
    if (!config.private || (await permissions.mayHear(asking, topic))) return undefined;
    return `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;
  }
  function whenExpired(): NodeJS.Timeout {
    const inMs = Math.min(claims.exp * 1000 - Date.now(), LONGEST_TIMER_MS);
    return setTimeout(() => end("Token has expired"), inMs).unref();
  }
  function leave(): void {
    clearTimeout(expiry);
    hub.remove(topic, config.private, listener);
  }
  function end(reason: string): void {
    leave();
    line.end(reason);
  }

  return {
    channel: {
      joinRef,
      wantsAnswers: config.broadcast.ack,
      leave,
      async renew(newToken) {
        const renewed = await readToken(jwtSecret, newToken);
        const why = "refused" in renewed ? renewed.refused : await refusalOf(renewed.claims);
        if (why !== undefined || "refused" in renewed) return end(why ?? "");
        claims = renewed.claims;
        maySay = undefined;
        clearTimeout(expiry);
        expiry = whenExpired();
      },
      async say(broadcast) {
        maySay ??= !config.private || (await permissions.maySay(claims, topic));
        if (maySay) hub.send(topic, config.private, broadcast, config.broadcast.self ? undefined : listener);
        return maySay;
      },
    },
  };
}
