import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { AppError } from "@/lib/errors";
import type { WhopClient } from "@/lib/whop/client";
import { members } from "@/services/activity/sync/members";
import type { SyncDeps } from "@/services/activity/sync/slice";
import { awardActivities } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import { aMessage } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { aSyncedCommunity, featureRow, syncNow } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

const MINUTE_MS = 60_000;

describe("the members, read again and again", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  type Synced = Awaited<ReturnType<typeof aSyncedCommunity>> & { userIds: string[] };

  /** A community with members who have written something, each known to us. */
  async function aClub(size = 3): Promise<Synced> {
    const community = await aSyncedCommunity(database, whop());
    const userIds = Array.from({ length: size }, () => whop().world.addUser().id);
    for (const userId of userIds) whop().world.addMembership({ companyId: community.companyId, userId });
    await awardActivities(
      database,
      community.communityId,
      userIds.map((userId) => aMessage({ userId })),
    );
    return { ...community, userIds };
  }

  const changed: string[] = [];
  const news = { awarded: () => undefined, changed: (_: string, userIds: string[]) => void changed.push(...userIds) };
  const deps = (): SyncDeps => syncDeps(database, whop());
  const sync = ({ communityId }: Synced, given = deps()) =>
    syncNow(database, given, communityId, { features: [members], news });

  beforeEach(() => {
    changed.length = 0;
  });

  async function memberships({ communityId, userIds }: Synced) {
    const { rows } = await sql<{ userId: string; membership: string }>`
      select user_id as "userId", membership from users where community_id = ${communityId}`.execute(database.owner);
    return userIds.map((userId) => rows.find((row) => row.userId === userId)?.membership);
  }

  async function roles({ communityId }: Synced) {
    const { rows } = await sql<{ userId: string; role: string }>`
      select distinct on (user_id) user_id as "userId", role from member_roles where community_id = ${communityId}
      order by user_id, valid_from desc`.execute(database.owner);
    return new Map(rows.map(({ userId, role }) => [userId, role]));
  }

  /** What we know, and when we saw it, is so much older. */
  async function passTime({ communityId }: Synced, ms: number): Promise<void> {
    const by = sql`make_interval(secs => ${ms / 1000})`;
    await sql`update membership_events set occurred_at = occurred_at - ${by} where community_id = ${communityId}`.execute(
      database.owner,
    );
    await sql`update users set left_at = left_at - ${by} where community_id = ${communityId} and left_at is not null`.execute(
      database.owner,
    );
    await sql`update member_roles set valid_from = valid_from - ${by} where community_id = ${communityId}`.execute(
      database.owner,
    );
  }

  async function expectAllRight({ communityId, userIds }: Synced): Promise<void> {
    for (const userId of userIds) {
      const differences = await inCommunity(database.db, communityId, async (trx) =>
        checkMember(trx, await readRules(trx, communityId), userId),
      );
      expect(differences).toEqual([]);
    }
  }

  const eventCount = async ({ communityId }: Synced) =>
    Number(
      (
        await sql<{
          n: string;
        }>`select count(*) as n from membership_events where community_id = ${communityId}`.execute(database.owner)
      ).rows[0]?.n,
    );

  test("find who left, came back, was banned and let in again where no webhook told it, and pages are told of them", async () => {
    const club = await aClub(3);
    const { companyId, userIds } = club;
    const [stays = "", leaves = "", banned = ""] = userIds;
    await sync(club);
    expect(await memberships(club)).toEqual(["member", "member", "member"]);
    expect(await eventCount(club)).toBe(0);
    changed.length = 0; // the team's roles

    whop().world.leave(companyId, leaves);
    whop().world.ban(companyId, banned);
    await sync(club);
    expect(await memberships(club)).toEqual(["member", "left", "banned"]);
    expect(changed.toSorted()).toEqual([leaves, banned].toSorted());
    await sync(club);
    expect(await eventCount(club)).toBe(2);
    await expectAllRight(club);

    await passTime(club, 10 * MINUTE_MS);
    whop().world.addMembership({ companyId, userId: leaves });
    whop().world.ban(companyId, banned, false);
    await sync(club);
    expect(await memberships(club)).toEqual(["member", "member", "member"]);
    expect(changed).not.toContain(stays);
    await expectAllRight(club);
  });

  test("do not outweigh a webhook of the last minute", async () => {
    const club = await aClub(1);
    const { communityId, companyId, userIds } = club;
    const [userId = ""] = userIds;
    // Whop's page is behind what Whop has told.
    await inCommunity(database.db, communityId, (trx) =>
      sql`select record_membership(${communityId}, ${userId}, 'e1', 'mem_1', 'left', now() - interval '5 seconds', 'webhook')`.execute(
        trx,
      ),
    );
    await sync(club);
    expect(await memberships(club)).toEqual(["left"]);
    whop().world.leave(companyId, userId);
    await inCommunity(database.db, communityId, (trx) =>
      sql`select record_membership(${communityId}, ${userId}, 'e2', 'mem_1', 'joined', now(), 'webhook')`.execute(trx),
    );
    await sync(club);
    expect(await memberships(club)).toEqual(["member"]);
    await passTime(club, 10 * MINUTE_MS);
    await sync(club);
    expect(await memberships(club)).toEqual(["left"]);
  });

  test("make no row of somebody of whom nothing is known here", async () => {
    const club = await aClub(1);
    const { id } = whop().world.addUser();
    whop().world.addMembership({ companyId: club.companyId, userId: id });
    whop().world.leave(club.companyId, id);
    await sync(club);
    expect(await memberships({ ...club, userIds: [id] })).toEqual([undefined]);
  });

  test("say who is on the team, and who is no longer", async () => {
    const club = await aClub(3);
    const [admin = "", moderator = "", other = ""] = club.userIds;
    whop().world.setRole(club.companyId, admin, "manager");
    whop().world.setRole(club.companyId, moderator, "support");
    whop().world.setRole(club.companyId, other, "advertiser");
    await sync(club);
    const known = await roles(club);
    expect([known.get(admin), known.get(moderator), known.get(other)]).toEqual(["admin", "moderator", undefined]);
    expect(known.get(club.ownerId)).toBe("admin");

    await passTime(club, MINUTE_MS);
    whop().world.setRole(club.companyId, admin, "moderator");
    whop().world.setRole(club.companyId, moderator, null);
    await sync(club);
    const after = await roles(club);
    expect([after.get(admin), after.get(moderator)]).toEqual(["moderator", "member"]);
  });

  /** A client whose pages of members hold two each, or whatever else. */
  function withPages(change: (read: WhopClient["readMembers"]) => WhopClient["readMembers"]): SyncDeps {
    const given = deps();
    const readMembers = change(given.whop.readMembers.bind(given.whop));
    return { ...given, whop: { ...given.whop, readMembers } };
  }
  const twoEach =
    (read: WhopClient["readMembers"]): WhopClient["readMembers"] =>
    (of) =>
      read({ ...of, first: 2 });

  test("of many pages are read on over several turns, from the page at which the last one stopped", async () => {
    const club = await aClub(9);
    for (const userId of club.userIds) whop().world.leave(club.companyId, userId);
    let pages = 0;
    const counted = withPages((read) => (of) => {
      pages += 1;
      return twoEach(read)(of);
    });
    const turns = await syncNow(database, counted, club.communityId, { features: [members], news, callsPerTurn: 3 });
    expect(turns).toBeGreaterThan(1);
    expect(await memberships(club)).toEqual(club.userIds.map(() => "left"));
    const row = await featureRow(database, club.communityId, "members");
    expect(row).toMatchObject({ problem: null });
    expect(row.caught_up_to).not.toBeNull();
    // Nine members, the owner, the moderator and whoever else is there: no page twice.
    expect(pages).toBe(Math.ceil(whop().world.everJoined(club.companyId).length / 2));
  });

  test("are begun anew after a page that names itself, and after one that Whop does not know any more", async () => {
    const club = await aClub(5);
    const stuck = withPages((read) => async (of) => {
      const page = await twoEach(read)(of);
      return { ...page, nextCursor: of.after ?? page.nextCursor };
    });
    await sync(club, stuck);
    expect(await featureRow(database, club.communityId, "members")).toMatchObject({
      problem: "error",
      last_error: "stuck_cursor",
    });
    await sql`update sync_features set state = '{"walk": {"cursor": "gone", "pages": 1, "startedAt": "2026-01-01T00:00:00Z"}}'
      where community_id = ${club.communityId}`.execute(database.owner);
    await sync(club);
    expect(await featureRow(database, club.communityId, "members")).toMatchObject({
      problem: "error",
      last_error: "lost_cursor",
    });
    await sync(club);
    expect(await featureRow(database, club.communityId, "members")).toMatchObject({ problem: null });
  });

  test("are read where the team may not be, and what is missing is said", async () => {
    const club = await aClub(2);
    const [leaves = ""] = club.userIds;
    whop().world.leave(club.companyId, leaves);
    const given = deps();
    const listTeam: WhopClient["listTeam"] = () => Promise.reject(new AppError("forbidden", "No."));
    await sync(club, { ...given, whop: { ...given.whop, listTeam } });
    expect(await memberships(club)).toEqual(["left", "member"]);
    expect(await featureRow(database, club.communityId, "members")).toMatchObject({ problem: "no_permission" });
  });
});
