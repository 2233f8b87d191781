import { sql } from "kysely";
import { AppError } from "@/lib/errors";
import { forum } from "@/services/activity/sync/forum";
import type { SyncDeps } from "@/services/activity/sync/slice";
import { useDatabase } from "@/tests/support/database";
import { activitiesOf, aSyncedCommunity, featureRow, placeRow, syncNow, xpOf } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe("the forum, read again and again", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  type Synced = Awaited<ReturnType<typeof aSyncedCommunity>> & { forumId: string; userIds: string[] };

  /** A community with a forum and some members, whose last days count as live. */
  async function aForum(days = 1): Promise<Synced> {
    const { world } = whop();
    const community = await aSyncedCommunity(database, whop(), { days });
    const forumId = world.addExperience({ companyId: community.companyId, name: "Forum", kind: "forum" }).id;
    const userIds = Array.from({ length: 6 }, () => world.addUser().id);
    for (const id of userIds) world.addMembership({ companyId: community.companyId, userId: id });
    return { ...community, forumId, userIds };
  }

  type NewPost = Partial<Parameters<ReturnType<typeof whop>["world"]["addPost"]>[0]> & { minutesAgo?: number };

  function write({ forumId, memberId }: Synced, { minutesAgo = 30, ...more }: NewPost = {}) {
    const createdAt = new Date(Date.now() - minutesAgo * MINUTE_MS);
    return whop().world.addPost({
      userId: memberId,
      experienceId: forumId,
      content: "Something to say",
      createdAt,
      ...more,
    });
  }

  const deps = (): SyncDeps => syncDeps(database, whop());
  const sync = ({ communityId }: Synced) => syncNow(database, deps(), communityId);
  const idsOf = async ({ communityId }: Synced) => [...(await activitiesOf(database, communityId)).keys()].toSorted();
  const countOf = (operation: string) => asked.filter((name) => name === operation).length;

  /** The operations that were asked of Whop since the test began. */
  let asked: string[] = [];
  function watched(): SyncDeps {
    const given = deps();
    return {
      ...given,
      whopShare: {
        take: (operation) => {
          asked.push(operation);
          return given.whopShare.take(operation);
        },
      },
    };
  }
  const syncWatched = ({ communityId }: Synced, options = {}) => syncNow(database, watched(), communityId, options);

  beforeEach(() => {
    asked = [];
  });

  /** The last read to the end was so long ago, and so was the last one that was anew. */
  async function passTime({ communityId }: Synced, ms: number): Promise<void> {
    const by = sql`make_interval(secs => ${ms / 1000})`;
    await sql`update sync_places set window_read_at = window_read_at - ${by} where community_id = ${communityId}`.execute(
      database.owner,
    );
    await sql`
    update sync_features set state = state || (select jsonb_object_agg(key, to_jsonb((value #>> '{}')::timestamptz - ${by}))
      from jsonb_each(state) where key like '%At' and value <> 'null')
    where community_id = ${communityId} and feature = 'forum'`.execute(database.owner);
  }

  test("posts, comments, comments on comments and likes are recorded once, at their own time where they have one", async () => {
    const community = await aForum();
    const { communityId, memberId, ownerId, moderatorId } = community;
    const post = write(community);
    const comment = write(community, { parentId: post.id, userId: ownerId, minutesAgo: 20 });
    const answer = write(community, { parentId: comment.id, userId: moderatorId, minutesAgo: 10 });
    whop().world.like({ userId: ownerId, postId: post.id });
    whop().world.like({ userId: memberId, postId: comment.id });

    await sync(community);
    await sync(community);
    const activities = await activitiesOf(database, communityId);
    expect([...activities.keys()].toSorted()).toEqual(
      [
        `post:${post.id}`,
        `comment:${comment.id}`,
        `comment:${answer.id}`,
        `reaction:${ownerId}:${post.id}`,
        `reaction:${memberId}:${comment.id}`,
      ].toSorted(),
    );
    expect(activities.get(`post:${post.id}`)).toMatchObject({
      userId: memberId,
      outcome: "awarded",
      occurredAt: new Date(post.createdAt),
      source: "sync",
    });
    expect(activities.get(`comment:${comment.id}`)).toMatchObject({
      userId: ownerId,
      outcome: "awarded",
      xp: 10,
      occurredAt: new Date(comment.createdAt),
    });
    expect(activities.get(`reaction:${ownerId}:${post.id}`)).toMatchObject({
      userId: ownerId,
      outcome: "awarded",
      xp: 5,
    });
    expect(await featureRow(database, communityId, "forum")).toMatchObject({
      problem: null,
      recorded: 5,
      removed: 0,
    });
  });

  test("what is new is found wherever Whop lists it", async () => {
    const community = await aForum();
    const written = Array.from({ length: 12 }, (_, index) => write(community, { minutesAgo: 60 + index }).id);
    await sync(community);
    for (let round = 0; round < 6; round += 1) {
      const { id } = write(community, { minutesAgo: 0, userId: community.userIds[round] });
      written.push(id);
      await sync(community);
      expect(await idsOf(community)).toContain(`post:${id}`);
    }
    expect(await idsOf(community)).toEqual(written.map((id) => `post:${id}`).toSorted());
  });

  test("a forum of several pages is read to its end over several turns, and again when that is due", async () => {
    const community = await aForum();
    const { communityId, forumId, userIds } = community;
    const ids = Array.from({ length: 350 }, (_, index) => {
      return write(community, { minutesAgo: 5 + index, userId: userIds[index % userIds.length] }).id;
    });
    const turns = await syncWatched(community, { callsPerTurn: 3 });
    expect(turns).toBeGreaterThan(1);
    expect(await idsOf(community)).toEqual(ids.map((id) => `post:${id}`).toSorted());
    const pages = countOf("forumPosts.list");
    expect(await placeRow(database, communityId, forumId)).toMatchObject({ window_pages: 4, walk: null });

    // Until the next read to the end is due, the head is looked at.
    const fresh = Array.from({ length: 30 }, () => write(community, { minutesAgo: 1 }).id);
    await syncWatched(community);
    expect(countOf("forumPosts.list") - pages).toBe(1);
    const { caught_up_to: before } = await placeRow(database, communityId, forumId);
    await passTime(community, 8 * MINUTE_MS);
    await syncWatched(community);
    expect(await idsOf(community)).toEqual([...ids, ...fresh].map((id) => `post:${id}`).toSorted());
    const { caught_up_to: after } = await placeRow(database, communityId, forumId);
    expect((after?.getTime() ?? 0) - (before?.getTime() ?? 0)).toBeGreaterThan(0);
  });

  test("the head of a forum is read on while it shows nothing known, whatever is pinned before it", async () => {
    const community = await aForum();
    const { userIds } = community;
    const pinned = Array.from(
      { length: 100 },
      (_, index) => write(community, { minutesAgo: 90 + index, isPinned: true }).id,
    );
    const others = Array.from(
      { length: 150 },
      (_, index) => write(community, { minutesAgo: 90 + index, userId: userIds[0] }).id,
    );
    await syncWatched(community);
    const pages = countOf("forumPosts.list");
    write(community, { minutesAgo: 1 });
    await syncWatched(community);
    // The page of what is pinned, then one that shows something known.
    expect(countOf("forumPosts.list") - pages).toBe(2);
    expect((await idsOf(community)).length).toBeGreaterThanOrEqual(pinned.length + others.length);
  });

  test("nothing is asked of Whop post by post while nothing has changed", async () => {
    const community = await aForum();
    const post = write(community);
    write(community, { parentId: post.id });
    whop().world.like({ userId: community.ownerId, postId: post.id });
    await sync(community);
    await syncWatched(community);
    expect(countOf("forumPosts.list")).toBe(1);
    expect(countOf("reactions.list")).toBe(0);
    expect(countOf("forums.list")).toBe(0);
    write(community, { parentId: post.id, minutesAgo: 1 });
    await syncWatched(community);
    expect(countOf("forumPosts.list")).toBe(3);
  });

  test("a deleted post is taken out with its comments and what its author gained, once Whop says that it is gone", async () => {
    const community = await aForum();
    const { communityId, memberId, ownerId, moderatorId } = community;
    const kept = write(community, { minutesAgo: 50 });
    await sync(community);
    const before = [await xpOf(database, communityId, memberId), await xpOf(database, communityId, ownerId)];

    const post = write(community, { minutesAgo: 30 });
    const comment = write(community, { parentId: post.id, userId: ownerId, minutesAgo: 20 });
    const answer = write(community, { parentId: comment.id, userId: moderatorId, minutesAgo: 10 });
    await sync(community);
    expect((await activitiesOf(database, communityId)).get(`comment:${answer.id}`)).toMatchObject({
      outcome: "awarded",
    });
    whop().world.deletePost(post.id);
    await sync(community);

    const activities = await activitiesOf(database, communityId);
    for (const id of [`post:${post.id}`, `comment:${comment.id}`, `comment:${answer.id}`]) {
      expect(activities.get(id)).toMatchObject({ outcome: "reversed", xp: 0 });
    }
    expect(activities.get(`post:${kept.id}`)).toMatchObject({ outcome: "awarded" });
    expect([await xpOf(database, communityId, memberId), await xpOf(database, communityId, ownerId)]).toEqual(before);
  });

  test("a deleted comment is taken out, also where another has come for it", async () => {
    const community = await aForum();
    const { communityId, ownerId } = community;
    const post = write(community);
    const [first, second] = [20, 15].map((minutesAgo) =>
      write(community, { parentId: post.id, userId: ownerId, minutesAgo }),
    );
    await sync(community);
    whop().world.deletePost(first?.id ?? "");
    await sync(community);
    expect((await activitiesOf(database, communityId)).get(`comment:${first?.id}`)).toMatchObject({
      outcome: "reversed",
    });

    // One went, one came: the number says nothing.
    whop().world.deletePost(second?.id ?? "");
    const third = write(community, { parentId: post.id, userId: ownerId, minutesAgo: 5 });
    await sync(community);
    await passTime(community, HOUR_MS);
    await sync(community);
    const activities = await activitiesOf(database, communityId);
    expect(activities.get(`comment:${second?.id}`)).toMatchObject({ outcome: "reversed" });
    expect(activities.get(`comment:${third.id}`)).toMatchObject({ outcome: "awarded" });
  });

  test("a like that came for another one is found within a day", async () => {
    const community = await aForum();
    const { ownerId, moderatorId } = community;
    const post = write(community);
    whop().world.like({ userId: ownerId, postId: post.id });
    await sync(community);
    whop().world.unlike(post.id, ownerId);
    whop().world.like({ userId: moderatorId, postId: post.id });
    await sync(community);
    expect(await idsOf(community)).not.toContain(`reaction:${moderatorId}:${post.id}`);
    await passTime(community, DAY_MS);
    await sync(community);
    expect(await idsOf(community)).toContain(`reaction:${moderatorId}:${post.id}`);
    // Who has liked has liked.
    expect((await activitiesOf(database, community.communityId)).get(`reaction:${ownerId}:${post.id}`)).toMatchObject({
      outcome: "awarded",
    });
  });

  test("toggling a like changes nothing, and one's own post pays nobody", async () => {
    const community = await aForum();
    const { communityId, memberId, ownerId } = community;
    const post = write(community);
    whop().world.like({ userId: ownerId, postId: post.id });
    whop().world.like({ userId: memberId, postId: post.id });
    await sync(community);
    const before = await activitiesOf(database, communityId);
    expect(before.get(`reaction:${memberId}:${post.id}`)).toMatchObject({ outcome: "self", xp: 0 });
    for (let round = 0; round < 3; round += 1) {
      whop().world.unlike(post.id, ownerId);
      await sync(community);
      whop().world.like({ userId: ownerId, postId: post.id });
      await sync(community);
    }
    expect(await activitiesOf(database, communityId)).toEqual(before);
  });

  test("a post that Whop shows again is paid again", async () => {
    const community = await aForum();
    const { communityId, memberId } = community;
    const post = write(community);
    await sync(community);
    const before = await xpOf(database, communityId, memberId);
    whop().world.deletePost(post.id);
    await sync(community);
    expect(await xpOf(database, communityId, memberId)).not.toEqual(before);
    // A moderator's undo.
    whop().world.addPost({ ...post, createdAt: new Date(post.createdAt) });
    await sync(community);
    expect(await xpOf(database, communityId, memberId)).toEqual(before);
  });

  test("a page that leaves posts out takes nothing out: each is asked for by itself", async () => {
    const community = await aForum();
    const ids = Array.from({ length: 5 }, () => write(community).id);
    await sync(community);
    const before = await activitiesOf(database, community.communityId);
    const given = deps();
    const half: SyncDeps = {
      ...given,
      whop: {
        ...given.whop,
        readForumPosts: async (of) => {
          const page = await given.whop.readForumPosts(of);
          return { ...page, items: page.items.slice(3) };
        },
      },
    };
    await syncNow(database, half, community.communityId);
    expect(await activitiesOf(database, community.communityId)).toEqual(before);
    expect(await idsOf(community)).toEqual(ids.map((id) => `post:${id}`).toSorted());
    expect(await featureRow(database, community.communityId, "forum")).toMatchObject({ removed: 0, problem: null });
  });

  test("a forum that is gone as a whole takes nothing out", async () => {
    const community = await aForum();
    const { communityId, forumId } = community;
    write(community);
    await sync(community);
    const before = await activitiesOf(database, communityId);
    const given = deps();
    const away: SyncDeps = {
      ...given,
      whop: {
        ...given.whop,
        listForums: async () => [],
        readForumPosts: async () => {
          throw new AppError("not_found", "Whop knows nothing of the kind.");
        },
        retrieveForumPost: async () => null,
      },
    };
    for (const listed of [false, true]) {
      if (listed) await passTime(community, HOUR_MS);
      await syncNow(database, away, communityId);
    }
    expect(await activitiesOf(database, communityId)).toEqual(before);
    // That there is no forum is no problem.
    expect(await featureRow(database, communityId, "forum")).toMatchObject({ problem: null });
    await passTime(community, HOUR_MS);
    const fresh = write(community, { minutesAgo: 1, userId: community.ownerId });
    await sync(community);
    expect(await idsOf(community)).toContain(`post:${fresh.id}`);
    expect((await placeRow(database, communityId, forumId)).walk).toBeNull();
  });

  test("a permission that is taken back is a problem of the forum alone, and removes nothing", async () => {
    const community = await aForum();
    const { communityId } = community;
    write(community);
    await sync(community);
    const before = await activitiesOf(database, communityId);
    whop().permissions.revoke(community.companyId, "forumPosts.list");
    await sync(community);
    expect(await featureRow(database, communityId, "forum")).toMatchObject({ problem: "no_permission" });
    expect(await featureRow(database, communityId, "chat")).toMatchObject({ problem: null });
    expect(await activitiesOf(database, communityId)).toEqual(before);
    whop().permissions.grant(community.companyId, "forumPosts.list");
    await sync(community);
    expect(await featureRow(database, communityId, "forum")).toMatchObject({ problem: null });
  });

  test("likes that the app may not read keep it from nothing else", async () => {
    const community = await aForum();
    const { communityId, ownerId } = community;
    const post = write(community);
    whop().world.like({ userId: ownerId, postId: post.id });
    whop().permissions.revoke(community.companyId, "reactions.list");
    await sync(community);
    expect(await idsOf(community)).toEqual([`post:${post.id}`]);
    expect(await featureRow(database, communityId, "forum")).toMatchObject({ problem: null });
    whop().permissions.grant(community.companyId, "reactions.list");
    await sync(community);
    expect(await idsOf(community)).toContain(`reaction:${ownerId}:${post.id}`);
  });

  test.each([403, 404] as const)("an app that is uninstalled (%i) removes nothing of the forum", async (status) => {
    const community = await aForum();
    const { communityId } = community;
    const post = write(community);
    write(community, { parentId: post.id });
    await sync(community);
    const before = await activitiesOf(database, communityId);
    whop().permissions.uninstall(community.companyId, status);
    await passTime(community, DAY_MS);
    await sync(community);
    await sync(community);
    expect(await activitiesOf(database, communityId)).toEqual(before);
    expect((await featureRow(database, communityId, "forum")).problem).toBe(
      status === 403 ? "no_permission" : "not_found",
    );
  });

  test.each(["stuck_cursor", "repeat_page"] as const)(
    "a list with a %s is given up, said so, and read well later",
    async (kind) => {
      const community = await aForum();
      const { communityId, userIds } = community;
      const ids = Array.from(
        { length: 120 },
        (_, index) => write(community, { minutesAgo: 5 + index, userId: userIds[index % 6] }).id,
      );
      whop().faults.add({ kind, operation: "forumPosts.list", times: 50 });
      await sync(community);
      const row = await featureRow(database, communityId, "forum");
      expect(row).toMatchObject({
        problem: "error",
        last_error: kind === "stuck_cursor" ? "stuck_cursor" : "repeating_page",
      });
      expect(row.caught_up_to).toBeNull();
      whop().faults.clear();
      await sync(community);
      expect(await idsOf(community)).toEqual(ids.map((id) => `post:${id}`).toSorted());
      expect(await featureRow(database, communityId, "forum")).toMatchObject({ problem: null, removed: 0 });
    },
  );

  test("what is older than the sync is history: not recorded, and its comments only from then on", async () => {
    const community = await aForum();
    const { communityId, ownerId, memberId } = community;
    const old = write(community, { minutesAgo: 20 * 24 * 60 });
    const oldComment = write(community, { parentId: old.id, minutesAgo: 19 * 24 * 60, userId: ownerId });
    const recent = write(community, { minutesAgo: 3 * 24 * 60 });
    const recentComment = write(community, { parentId: recent.id, minutesAgo: 60, userId: ownerId });
    whop().world.like({ userId: ownerId, postId: old.id });
    await sync(community);
    expect(await idsOf(community)).toEqual([`comment:${recentComment.id}`]);
    const fresh = write(community, { parentId: old.id, minutesAgo: 1, userId: memberId });
    const below = write(community, { parentId: oldComment.id, minutesAgo: 1, userId: ownerId });
    await sync(community);
    expect(await idsOf(community)).toContain(`comment:${fresh.id}`);
    // The comment below the old one is seen when the comments on the old post are read.
    expect(await idsOf(community)).toContain(`comment:${below.id}`);
    whop().world.deletePost(old.id);
    await sync(community);
    const activities = await activitiesOf(database, communityId);
    expect(activities.get(`comment:${fresh.id}`)).toMatchObject({ outcome: "awarded" });
    expect([...activities.keys()]).not.toContain(`post:${old.id}`);
  });

  test("a paywalled text counts without regard to its length, and what the app writes does not count", async () => {
    const community = await aForum();
    const { communityId, ownerId } = community;
    const paywalled = write(community, { isPaywalled: true, userId: ownerId });
    write(community, { userId: whop().botUserId });
    await sync(community);
    const activities = await activitiesOf(database, communityId);
    expect([...activities.keys()]).toEqual([`post:${paywalled.id}`]);
    const { rows } = await sql<{ content_length: number | null; content_hash: string | null }>`
    select content_length, content_hash from activity_log where community_id = ${communityId}`.execute(database.owner);
    expect(rows).toEqual([{ content_length: null, content_hash: null }]);
  });

  test("ended after each call to Whop, the sync has lost nothing and counted nothing twice", async () => {
    const build = (community: Synced) => {
      const { ownerId, moderatorId } = community;
      const posts = Array.from({ length: 3 }, (_, index) => write(community, { minutesAgo: 90 - index }));
      for (const { id } of posts) {
        write(community, { parentId: id, userId: ownerId, minutesAgo: 30 });
        whop().world.like({ userId: moderatorId, postId: id });
      }
    };
    const community = await aForum();
    build(community);
    const turns = await syncWatched(community, { callsPerTurn: 1, features: [forum] });
    expect(turns).toBeGreaterThanOrEqual(8);
    expect(asked.length).toBeLessThan(20);
    const receipts = await activitiesOf(database, community.communityId);
    expect(receipts.size).toBe(9);

    const whole = await aForum();
    build(whole);
    await sync(whole);
    const outcomes = (activities: typeof receipts) => [...activities.values()].map(({ outcome }) => outcome).toSorted();
    expect(outcomes(await activitiesOf(database, whole.communityId))).toEqual(outcomes(receipts));
  });
});
