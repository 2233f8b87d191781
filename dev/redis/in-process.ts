import { randomUUID } from "node:crypto";
import { Redis as Connection } from "ioredis";
import RedisMock from "ioredis-mock";
import {
  commandName,
  flat,
  RefusedCommand,
  type Reply,
  type Settled,
  type Wire,
  type WireCommand,
} from "@/lib/redis/wire";

/** Words that Redis reads in any case and this one only in capitals, and how many arguments come before them. */
const FLAGS = new Map(
  Object.entries({
    set: { after: 2, words: /^(ex|px|exat|pxat|nx|xx|get|keepttl)$/i },
    zadd: { after: 1, words: /^(nx|xx|ch|incr|lt|gt)$/i },
    zrange: { after: 3, words: /^(byscore|bylex|rev|limit|withscores)$/i },
    zrevrange: { after: 3, words: /^withscores$/i },
    zrangebyscore: { after: 3, words: /^(limit|withscores)$/i },
    zrevrangebyscore: { after: 3, words: /^(limit|withscores)$/i },
    expire: { after: 2, words: /^(nx|xx|gt|lt)$/i },
    scan: { after: 1, words: /^(match|count|type)$/i },
  }),
);

export type InProcessRedis = Wire & { flush(): Promise<void> };

/**
 * A Redis inside this process, for machines that have none. One command runs at a time, as in the real one. Where the
 * imitation would answer wrongly it is corrected or refuses; token buckets of Upstash's limiter do not work on it.
 */
export function startInProcessRedis(): InProcessRedis {
  // Instances of one address would share their data.
  const mock = new RedisMock({ host: randomUUID(), lazyConnect: false });
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined); // the next one's turn comes all the same
    return turn;
  }
  async function perform([name, ...args]: WireCommand): Promise<Reply> {
    const lower = commandName(name);
    const corrected = CORRECTED.get(lower);
    const words = withFlagsInCapitals(lower, args);
    try {
      if (corrected) return await corrected((inner, ...rest) => plain(inner, rest), words);
      return await plain(lower, words);
    } catch (error) {
      const message = typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
      throw new RefusedCommand(message.startsWith("ERR") || /^[A-Z]+ /.test(message) ? message : `ERR ${message}`);
    }
  }
  async function plain(name: string, args: string[]): Promise<Reply> {
    const method: unknown = isCommand(name) ? Reflect.get(mock, name) : undefined;
    if (typeof method !== "function") throw new RefusedCommand(`ERR unknown command '${name}'`);
    return flat(await method.apply(mock, args));
  }

  return {
    send: (command) => inTurn(() => perform(command)),
    transaction: (commands) =>
      inTurn(async () => {
        for (const [name] of commands) commandName(name); // a transaction with an unknown command does nothing at all
        const results: Settled[] = [];
        for (const command of commands) results.push(await settled(perform(command)));
        return results;
      }),
    flush: () => inTurn(async () => void (await mock.flushall())),
  };
}

function withFlagsInCapitals(name: string, args: string[]): string[] {
  const flags = FLAGS.get(name);
  if (!flags) return args;
  // ZADD's come before its members, which may have the same names.
  const until = name === "zadd" ? flags.after + leadingFlags(args.slice(flags.after)).length : args.length;
  return args.map((arg, at) => (at >= flags.after && at < until && flags.words.test(arg) ? arg.toUpperCase() : arg));
}

function leadingFlags(args: string[]): string[] {
  const end = args.findIndex((arg) => !FLAGS.get("zadd")?.words.test(arg));
  return end < 0 ? args : args.slice(0, end);
}

/** What else hangs on a client (`disconnect`, `on`) is none of the caller's business. */
function isCommand(name: string): boolean {
  return Connection.prototype.getBuiltinCommands().includes(name);
}

type Run = (name: string, ...args: string[]) => Promise<Reply>;
type Correction = (run: Run, args: string[]) => Promise<Reply>;

const CORRECTED = new Map<string, Correction>(
  Object.entries<Correction>({
    /** Knows no GT and LT, and takes them for members. */
    async zadd(run, [key = "", ...args]) {
      const flags = leadingFlags(args);
      const pairs = args.slice(flags.length);
      const direction = flags.includes("GT") ? 1 : flags.includes("LT") ? -1 : 0;
      if (direction === 0) return run("zadd", key, ...args);
      if (flags.includes("INCR")) throw new RefusedCommand("ERR INCR with GT or LT is not imitated");
      const kept: string[] = [];
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        const [score = "", member = ""] = pairs.slice(i, i + 2);
        const present = await run("zscore", key, member);
        if (present === null || (Number(score) - Number(present)) * direction > 0) kept.push(score, member);
      }
      const others = flags.filter((flag) => flag !== "GT" && flag !== "LT");
      return kept.length > 0 ? run("zadd", key, ...others, ...kept) : 0;
    },
    /** Cuts the fractions off its bounds. */
    async zcount(run, [key = "", min = "", max = ""]) {
      const list = await run("zrange", key, "0", "-1", "WITHSCORES");
      const scores = (Array.isArray(list) ? list : []).filter((_, index) => index % 2 === 1).map(Number);
      return scores.filter((score) => isWithin(score, min, 1) && isWithin(score, max, -1)).length;
    },
    zrange: (run, args) => refuseFractions(run, "zrange", args, args.includes("BYSCORE")),
    zrangebyscore: (run, args) => refuseFractions(run, "zrangebyscore", args, true),
    zrevrangebyscore: (run, args) => refuseFractions(run, "zrevrangebyscore", args, true),
  }),
);

function isWithin(score: number, bound: string, side: 1 | -1): boolean {
  const open = bound.startsWith("(");
  const value = Number(bound.replace("(", "").replace("inf", "Infinity"));
  const distance = score === value ? 0 : (score - value) * side;
  return open ? distance > 0 : distance >= 0;
}

async function refuseFractions(run: Run, name: string, args: string[], byScore: boolean): Promise<Reply> {
  const bounds = byScore ? args.slice(1, 3) : [];
  if (bounds.some((bound) => /[.eE]/.test(bound))) {
    throw new RefusedCommand("ERR ranges by fractional scores are not imitated");
  }
  return run(name, ...args);
}

async function settled(reply: Promise<Reply>): Promise<Settled> {
  try {
    return { result: await reply };
  } catch (error) {
    if (error instanceof RefusedCommand) return { error: error.message };
    throw error;
  }
}
