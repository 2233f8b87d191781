import type { Deps } from "@/lib/deps";
import type { Settings } from "@/services/communities/settings.schema";
import type { Receipt } from "@/services/xp/receipt";

type Key = { communityId: string; userId: string; action: string };

/** Braces keep a community's keys on one node of a Redis cluster. */
const keyOf = ({ communityId, userId, action }: Key) => `cooldown:{${communityId}}:${userId}:${action}`;

/** Notes when paid activities happened. A hint for whoever asks before Postgres does; it decides nothing. */
export async function noteCooldowns(
  deps: Pick<Deps, "redis" | "now">,
  communityId: string,
  settings: Settings,
  receipts: readonly Receipt[],
): Promise<void> {
  const now = deps.now().getTime();
  const notes = receipts.flatMap(({ userId, action, outcome, occurredAt, duplicate }) => {
    const px = occurredAt.getTime() + (settings.actions[action]?.cooldownSeconds ?? 0) * 1000 - now;
    if (outcome !== "awarded" || duplicate || px <= 0) return [];
    return [{ key: keyOf({ communityId, userId, action }), value: { paidAt: occurredAt.getTime() }, px }];
  });
  if (notes.length === 0) return;
  await deps.redis.run("note cooldowns", async (redis) => {
    const pipeline = redis.pipeline();
    for (const { key, value, px } of notes) pipeline.set(key, value, { px });
    await pipeline.exec();
  });
}

/** Forgets a cooldown whose activity has been taken back. */
export async function forgetCooldown(deps: Pick<Deps, "redis">, key: Key): Promise<void> {
  await deps.redis.run("forget cooldown", (redis) => redis.del(keyOf(key)));
}

/** Seconds that a member has still to wait for an action, as Redis has it; 0 when it knows of none or is away. */
export async function cooldownSecondsLeft(
  deps: Pick<Deps, "redis" | "now">,
  settings: Settings,
  key: Key,
): Promise<number> {
  const answer = await deps.redis.run("read cooldown", (redis) => redis.get<{ paidAt?: unknown }>(keyOf(key)));
  const note = answer.ok ? answer.value : null;
  if (!note || typeof note.paidAt !== "number") return 0;
  const endsAt = note.paidAt + (settings.actions[key.action]?.cooldownSeconds ?? 0) * 1000;
  return Math.max(0, Math.ceil((endsAt - deps.now().getTime()) / 1000));
}
