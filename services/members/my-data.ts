import { inCommunity, inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { KEPT_DATA } from "@/services/members/kept-data";
import {
  type ActivityRecord,
  type AuditRecord,
  findRecord,
  listAuditRecords,
  listRecords,
} from "@/services/members/members.queries";

type MyDataDeps = Pick<Deps, "db" | "now">;

const PER_PAGE = 1_000;

/** What the parts of the file mean; it begins with this. */
const SCHEMA = {
  profile: "Name and picture as Whop last gave them, and when. Null where nothing is stored.",
  standing:
    "XP (an exact sum, which may be below 0), level, counters, when they last changed, and who sees you: visibility is public, anonymous or hidden. Your streak; whether you are a member (membership) and since when not (left_at), whether you stand on the boards, and from when your XP begin anew (reset_at). Null before you did anything here.",
  openingBalance:
    "The sum of all activities older than 90 days, which are no longer listed. Null while there are none.",
  days: "Per day of the community's time zone and kind of action: how many activities, how many of them paid, XP.",
  rewards:
    "What you have earned: by which level or how many days in a row (streak_days), type and value, its state (due, confirmed, sending, delivered, waiting, needs_attention, cancelled) and when that changed.",
  memberships:
    "When a membership of yours began or ended here, as Whop told us (source says whether at once or when we asked), and whether you were banned. membership_id is null where only you are known.",
  roles: "From when on you were an admin, moderator or member here, where that has changed.",
  messageChoice:
    "Whether you want messages from here, and one in the evening before a streak ends (streak_warning), and your time zone for quiet hours, where you have said so. Null before you did.",
  toldLevel:
    "The highest level of yours that is no news any more, and where direct messages to you go. Null before one.",
  messages:
    "What WEE5 has sent to you or about you in the last 30 days, or was about to: about which level, reward or streak, by which way (push, announcement in a chat, direct message, reply), its words (request) and what became of it.",
  activities:
    "Oldest first. What happened (activityId is Whop's, contentLength counts characters, contentHash stands in for the text, which is never stored), how it was decided at first (outcome, baseXp, xp and the settingsVersion of the rules), and each later correction of that with its cause. Times are ISO 8601.",
  audit: "What people did that concerns you, and what you did as an admin or moderator.",
  keptAfterDeletion: "What would stay if you deleted your data, and why.",
} as const;

/**
 * Everything that is stored of a member in a community, as one JSON text in pieces: at most 1,000 activities are held at a
 * time, each page in a short transaction of its own, so that a slow reader holds nothing. What happens meanwhile may be in it.
 */
export async function* writeMyData(deps: MyDataDeps, communityId: string, userId: string): AsyncGenerator<string> {
  const record = await inSnapshot(deps.db, communityId, (trx) => findRecord(trx, communityId, userId));
  const about = {
    format: "wee5-my-data",
    version: 1,
    madeAt: deps.now().toISOString(),
    communityId,
    userId,
    schema: SCHEMA,
  };
  yield `{\n"about": ${JSON.stringify(about, null, 2)}`;
  for (const [name, value] of Object.entries(record)) yield `,\n${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  yield* list("activities", pagesOfActivities(deps, communityId, userId));
  yield* list("audit", pagesOfAudit(deps, communityId, userId));
  yield `,\n"keptAfterDeletion": ${JSON.stringify(KEPT_DATA)}\n}\n`;
}

async function* list(name: string, pages: AsyncGenerator<{ record: unknown }[]>): AsyncGenerator<string> {
  yield `,\n"${name}": [`;
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${isFirst ? "" : ","}\n${page.map(({ record }) => JSON.stringify(record)).join(",\n")}`;
    isFirst = false;
  }
  yield "\n]";
}

async function* pagesOfActivities(deps: MyDataDeps, communityId: string, userId: string) {
  for (let after: ActivityRecord | undefined; ; ) {
    const page = await inCommunity(deps.db, communityId, (trx) =>
      listRecords(trx, communityId, userId, { after, limit: PER_PAGE }),
    );
    yield page;
    after = page.at(-1);
    if (page.length < PER_PAGE) return;
  }
}

async function* pagesOfAudit(deps: MyDataDeps, communityId: string, userId: string) {
  for (let after = 0; ; ) {
    const page: AuditRecord[] = await inCommunity(deps.db, communityId, (trx) =>
      listAuditRecords(trx, communityId, userId, { after, limit: PER_PAGE }),
    );
    yield page;
    after = page.at(-1)?.sequence ?? after;
    if (page.length < PER_PAGE) return;
  }
}
