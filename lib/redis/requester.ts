import type { Requester } from "@upstash/redis";
import { createScriptTranslator } from "@/lib/redis/scripts";
import { RefusedCommand, type Settled, type Wire, type WireCommand } from "@/lib/redis/wire";

/**
 * Lets Upstash's client talk to any Redis: it hands over what it would have sent over HTTP, and gets what Upstash would
 * have answered. One command has no path; `pipeline` and `multi-exec` have lists of commands.
 */
export function createRequester(wire: Wire): Requester {
  const translate = createScriptTranslator();

  async function answer(path: string | undefined, body: unknown): Promise<Settled | Settled[]> {
    if (path === "pipeline") return Promise.all(commandsOf(body).map((command) => settled(wire, translate(command))));
    if (path === "multi-exec") return wire.transaction(commandsOf(body).map(translate));
    return settled(wire, translate(commandOf(body)));
  }
  return {
    request: (async ({ path, body }) => answer(path?.[0], body)) as Requester["request"], // its result is the caller's choice
  };
}

/** Redis' "no" is an answer; not reaching it is an error. */
async function settled(wire: Wire, command: WireCommand): Promise<Settled> {
  try {
    return { result: await wire.send(command) };
  } catch (error) {
    if (error instanceof RefusedCommand) return { error: error.message };
    throw error;
  }
}

/** @throws RefusedCommand when it is not a list of a name and arguments. */
export function commandOf(body: unknown): WireCommand {
  if (!Array.isArray(body) || body.length === 0) throw new RefusedCommand("ERR empty command");
  const [name, ...args] = body.map((part) => (typeof part === "object" ? JSON.stringify(part) : String(part)));
  return [name ?? "", ...args];
}

/** @throws RefusedCommand when it is not a list of commands. */
export function commandsOf(body: unknown): WireCommand[] {
  if (!Array.isArray(body)) throw new RefusedCommand("ERR expected a list of commands");
  return body.map(commandOf);
}
