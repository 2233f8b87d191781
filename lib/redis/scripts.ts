import { createHash } from "node:crypto";
import type { WireCommand } from "@/lib/redis/wire";

const HEADING = /^#!lua[^\n]*\n/;

/**
 * Makes scripts written for Upstash run on any Redis: the heading `#!lua flags=allow-key-locking` is Upstash's own and
 * refused elsewhere. Without it a script has another SHA, so those are translated too, from the first EVAL on; before
 * that Redis answers NOSCRIPT, and the client sends the whole script.
 */
export function createScriptTranslator(): (command: WireCommand) => WireCommand {
  const shas = new Map<string, string>();
  return (command) => {
    const [name, body, ...rest] = command;
    if (body === undefined) return command;
    switch (name.toLowerCase()) {
      case "eval":
      case "eval_ro":
        return [name, remember(body), ...rest];
      case "evalsha":
      case "evalsha_ro":
        return [name, shas.get(body) ?? body, ...rest];
      default:
        return command;
    }
  };

  function remember(script: string): string {
    const plain = script.replace(HEADING, "");
    if (plain !== script) shas.set(shaOf(script), shaOf(plain));
    return plain;
  }
}

function shaOf(script: string): string {
  return createHash("sha1").update(script).digest("hex");
}
