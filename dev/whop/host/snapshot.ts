import type { Faults } from "../faults";
import type { Delivery, WebhookSender } from "../webhooks";
import type { World } from "../world";
import { type DeliveryRow, deliveryRows } from "./delivery-rows";
import { type InboxRow, inboxOf } from "./inbox";
import { planWords } from "./misbehaviour";
import { type Person, peopleOf } from "./people";
import type { FrameTarget, Outcome } from "./target";

const DELIVERIES_SHOWN = 40;

/** Everything that changes on the page by itself, the chat apart. */
export interface Snapshot {
  memberCount: number;
  messagesPerMinute: number;
  /** Whether simulated members write; null where there are none. */
  isWriting: boolean | null;
  /** What is planned to go wrong, in words. */
  faults: string[];
  people: Person[];
  deliveries: DeliveryRow[];
  /** Of the chosen person. */
  inbox: InboxRow[];
}

export interface SnapshotParts {
  world: World;
  webhooks: Pick<WebhookSender, "deliveries">;
  faults: Faults;
  now: () => Date;
}

export async function takeSnapshot(
  parts: SnapshotParts,
  target: FrameTarget,
  companyId: string,
  userId: string,
): Promise<Snapshot> {
  const { world, webhooks, faults, now } = parts;
  const deliveries = webhooks.deliveries().filter((one) => one.companyId === companyId);
  const shown = deliveries.slice(-DELIVERIES_SHOWN);
  return {
    memberCount: world.membersOf(companyId).length,
    messagesPerMinute: messagesSince(world, companyId, new Date(now().getTime() - 60_000)),
    isWriting: target.members?.isWriting() ?? null,
    faults: faults.planned().map(planWords),
    people: await peopleOf(world, target, companyId, userId),
    deliveries: deliveryRows(world, shown, await outcomesOf(target, companyId, shown)),
    inbox: inboxOf(world, companyId, userId),
  };
}

function messagesSince(world: World, companyId: string, since: Date): number {
  const from = since.toISOString();
  return world
    .channelsOf(companyId)
    .map(({ id }) => {
      const messages = world.messagesIn(id);
      return messages.length - 1 - messages.findLastIndex(({ createdAt }) => createdAt < from);
    })
    .reduce((sum, count) => sum + count, 0);
}

async function outcomesOf(
  { insight }: FrameTarget,
  companyId: string,
  deliveries: readonly Delivery[],
): Promise<Map<string, Outcome>> {
  const delivered = deliveries.filter(({ state }) => state === "delivered");
  const ids = delivered.flatMap(({ about }) => (about ? [about.activityId] : []));
  return (await insight?.outcomes(companyId, ids)) ?? new Map();
}
