import { z } from "zod";
import { roleOnTeam } from "@/lib/auth/access";
import { AppError } from "@/lib/errors";
import type { WhopMember } from "@/lib/whop/client";
import type { Feature, Finished } from "@/services/activity/sync/feature";
import { listStaff, recordMembershipFact, setRole } from "@/services/activity/sync/members.queries";
import { membershipNews } from "@/services/activity/sync/membership-news";
import type { Slice } from "@/services/activity/sync/slice";
import { unlessLost } from "@/services/activity/sync/walk";
import { listMemberships } from "@/services/xp/membership.queries";

const EVERY_SECONDS = 3_600;
/** 500,000 members. */
const MOST_PAGES = 5_000;

/** Where the walk over all members has got to. */
const Walk = z.object({ cursor: z.string().nullable(), pages: z.int(), startedAt: z.coerce.date() });
type Walk = z.infer<typeof Walk>;
const State = z.object({ walk: Walk.nullable().default(null) });

/** Who is on the team, and who has come, gone or been banned without a webhook telling us. */
export const members: Feature = {
  name: "members",
  permission: "member:basic:read",
  everySeconds: EVERY_SECONDS,
  sync: readMembers,
};

/** A community may show its members and not its team: then the members are read, and what is missing is said. */
async function readMembers(slice: Slice): Promise<Finished> {
  const { walk } = State.parse(await slice.readState());
  let refused: AppError | undefined;
  try {
    if (walk === null) await readTeam(slice);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "forbidden") throw error;
    refused = error;
  }
  const finished = await goOn(slice, walk ?? { cursor: null, pages: 0, startedAt: slice.startedAt });
  if (refused) throw refused;
  return finished;
}

async function readTeam(slice: Slice): Promise<void> {
  const { communityId, startedAt } = slice;
  const team = await slice.call("authorizedUsers.list", (whop) => whop.listTeam(communityId));
  slice.note({ read: team.length });
  const roles = new Map(team.map(({ userId, role }) => [userId, roleOnTeam(role)]));
  const staff = await slice.find((trx) => listStaff(trx, communityId));
  // Whoever is on it no more is a member like others.
  for (const { userId } of staff) if (!roles.has(userId)) roles.set(userId, "member");
  const known = new Map(staff.map(({ userId, role }) => [userId, role]));
  for (const [userId, role] of roles) {
    if ((known.get(userId) ?? "member") === role) continue;
    const isNew = await slice.write((trx) => setRole(trx, communityId, userId, role, startedAt));
    if (isNew) slice.changed([userId]);
  }
}

async function goOn(slice: Slice, from: Walk): Promise<Finished> {
  const { communityId } = slice;
  for (let walk = from; ; ) {
    const { cursor } = walk;
    const askedAt = slice.deps.now();
    const page = await unlessLost(
      cursor,
      slice.call("members.list", (whop) =>
        whop.readMembers({ companyId: communityId, ...(cursor !== null && { after: cursor }) }),
      ),
    );
    if (page === undefined) return endWith(slice, "lost_cursor");
    await settlePage(slice, page.items, askedAt);
    if (page.nextCursor === null) {
      await slice.write((trx) => slice.saveState(trx, { walk: null }));
      return { caughtUpTo: walk.startedAt };
    }
    if (page.nextCursor === cursor) return endWith(slice, "stuck_cursor");
    if (walk.pages >= MOST_PAGES) return endWith(slice, "too_many_pages");
    walk = { ...walk, cursor: page.nextCursor, pages: walk.pages + 1 };
    const state = { walk };
    await slice.write((trx) => slice.saveState(trx, state));
  }
}

async function endWith(slice: Slice, trouble: NonNullable<Finished["trouble"]>): Promise<Finished> {
  await slice.write((trx) => slice.saveState(trx, { walk: null }));
  return { caughtUpTo: null, trouble };
}

/** Only of those who have a row here: of nobody else there is anything to decide. */
async function settlePage(slice: Slice, shown: readonly WhopMember[], askedAt: Date): Promise<void> {
  const { communityId } = slice;
  slice.note({ read: shown.length });
  const userIds = shown.flatMap(({ userId }) => (userId === null ? [] : [userId]));
  const known = new Map(
    (await slice.find((trx) => listMemberships(trx, communityId, userIds))).map((one) => [one.userId, one]),
  );
  const moved: string[] = [];
  for (const member of shown) {
    const stored = member.userId === null ? undefined : known.get(member.userId);
    for (const fact of stored ? membershipNews(stored, member, askedAt) : []) {
      if (await slice.write((trx) => recordMembershipFact(trx, communityId, fact))) moved.push(fact.userId);
    }
  }
  slice.changed([...new Set(moved)]);
}
