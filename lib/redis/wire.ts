import type { Redis as Connection } from "ioredis";

/** A command and its arguments, all as text: what goes over the wire. */
export type WireCommand = [name: string, ...args: string[]];

/** Replies as Redis gives them (RESP2): text, whole number, null, list. */
export type Reply = string | number | null | Reply[];

/** What one of several commands came to. */
export type Settled = { result: Reply } | { error: string };

/** The least that a Redis has to do for us, whatever carries it. */
export type Wire = {
  /** @throws RefusedCommand when Redis refuses the command; anything else when it cannot be reached. */
  send(command: WireCommand): Promise<Reply>;
  /** MULTI … EXEC: no other client's command comes between. */
  transaction(commands: WireCommand[]): Promise<Settled[]>;
};

/** Redis answered, and the answer is an error ("NOSCRIPT …", "WRONGTYPE …"). */
export class RefusedCommand extends Error {
  override name = "RefusedCommand";
}

/** These change what a connection is, and we share ours. */
const REFUSED = new Set(
  "auth blpop brpop client discard exec hello monitor multi psubscribe quit reset select shutdown subscribe unwatch watch".split(
    " ",
  ),
);

/** Checks and lower-cases a command's name. @throws RefusedCommand for a command that a shared connection cannot carry. */
export function commandName(name: string): string {
  const lower = name.toLowerCase();
  if (REFUSED.has(lower) || !/^[a-z]+$/.test(lower)) {
    throw new RefusedCommand(`ERR the command '${name}' is not available here`);
  }
  return lower;
}

/** A real Redis over ioredis. */
export function ioredisWire(connection: Connection): Wire {
  return {
    async send([name, ...args]) {
      try {
        return flat(await connection.call(commandName(name), ...args));
      } catch (error) {
        throw isRefusal(error) ? new RefusedCommand(error.message) : error;
      }
    },
    async transaction(commands) {
      const multi = connection.multi();
      for (const [name, ...args] of commands) multi.call(commandName(name), ...args);
      try {
        const results = (await multi.exec()) ?? [];
        return results.map(([error, result]) => (error ? { error: error.message } : { result: flat(result) }));
      } catch (error) {
        throw isRefusal(error) ? new RefusedCommand(error.message) : error;
      }
    },
  };
}

/** ioredis makes objects of some lists (HGETALL); what we pass on is the list. */
export function flat(reply: unknown): Reply {
  if (reply === null || reply === undefined || reply === false) return null;
  if (typeof reply === "string" || typeof reply === "number") return reply;
  if (Array.isArray(reply)) return reply.map(flat);
  if (typeof reply === "object") return Object.entries(reply).flat().map(flat);
  return String(reply);
}

function isRefusal(error: unknown): error is Error {
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
  return name === "ReplyError" || name === "RefusedCommand";
}
