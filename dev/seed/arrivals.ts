import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import { createDraws, type Draws } from "@/dev/seed/draws";
import type { Talk } from "@/dev/seed/talk";
import type { KeyedHash } from "@/lib/crypto/keyed-hash";
import type { Activity } from "@/services/xp/activity";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An activity and when WEE5 heard of it: mostly at once, sometimes late, sometimes twice. */
export type Arrival = { at: number; activity: Activity };

export type Arrivals = {
  /** In the order in which they came. */
  history: Arrival[];
  /** Removed by a moderator in the end (deleted messages). */
  removals: string[];
  /** Removed before the activity itself came, which comes with `last`. */
  removedAhead: string[];
  last: Activity[];
};

/** How the talk of a community reached WEE5, with everything that goes wrong on such a way. */
export function drawArrivals(sample: Sample, community: SampleCommunity, talk: Talk[], keyedHash: KeyedHash): Arrivals {
  const draws = createDraws(sample.seed, `arrivals/${community.label}`);
  const removedAhead: string[] = [];
  const removals: string[] = [];
  const last: Activity[] = [...clockTrouble(draws, sample, community)];
  const history: Arrival[] = adjustments(draws, sample, community);
  const spam = spamBurst(sample, community, talk);

  for (const one of talk) {
    const activity = activityOf(one, keyedHash);
    if (spam.has(one) || (one.kind === "message" && draws.chance(0.001))) removals.push(activity.activityId);
    else if (one.kind === "message" && removedAhead.length < 3 && draws.chance(0.0005)) {
      removedAhead.push(activity.activityId);
      last.push(activity);
      continue;
    }
    const at = one.at + (draws.chance(0.006) ? (10 + draws.pause(200)) * MINUTE_MS : 0);
    history.push({ at, activity });
    if (draws.chance(0.004)) history.push({ at: at + draws.pause(30) * MINUTE_MS, activity });
  }
  history.sort((one, other) => one.at - other.at);
  return { history, removals, removedAhead, last };
}

/** The messages that a moderator has deleted by the end: Whop does not show them any more. */
export function deletedIn(sample: Sample, community: SampleCommunity, talk: Talk[]): Set<string> {
  const noHash = { contentHash: () => "", opaqueId: () => "" };
  const { removals, removedAhead } = drawArrivals(sample, community, talk, noHash);
  return new Set([...removals, ...removedAhead].map((id) => id.replace("message:", "")));
}

function activityOf(talk: Talk, keyedHash: KeyedHash): Activity {
  const { kind, userId, at, place, text, about } = talk;
  return {
    activityId: activityIdOf(talk),
    userId,
    action: kind,
    occurredAt: new Date(at),
    experienceId: place.experienceId,
    subjectUserId: about?.userId,
    contentLength: text === undefined ? undefined : [...text.trim()].length,
    contentHash: text === undefined ? undefined : keyedHash.contentHash(text),
    source: "seed",
  };
}

/** As the app itself would know it. */
function activityIdOf({ kind, id, userId, at, about }: Talk): string {
  switch (kind) {
    case "reaction":
      return `reaction:${userId}:${about?.id}`;
    case "lesson":
      return `lesson:${userId}:${id}`;
    case "daily_visit":
      return `daily_visit:${userId}:${new Date(at).toISOString().slice(0, 10)}`;
    case "member_joined":
      return `member_joined:${userId}`;
    default:
      return `${kind}:${id}`;
  }
}

/** Some minutes of one member, all of which a moderator deleted. */
function spamBurst({ endsAt }: Sample, { people }: SampleCommunity, talk: Talk[]): Set<Talk> {
  const spammer = people[Math.floor(people.length * 0.13)];
  const own = talk.filter(({ kind, userId, at }) => {
    return kind === "message" && userId === spammer?.id && at < endsAt.getTime() - 2 * DAY_MS;
  });
  return new Set(own.slice(-12));
}

/** Prizes, and points taken away: one member ends below zero. */
function adjustments(draws: Draws, { startsAt, endsAt }: Sample, { people, ownerId }: SampleCommunity): Arrival[] {
  const onlooker = people.at(-1);
  const prizes = [0.02, 0.09, 0.2, 0.33].map((share) => people[Math.floor(people.length * share)]);
  const given = [...prizes.map((person) => ({ person, amount: 250 })), { person: onlooker, amount: -300 }];
  return given.flatMap(({ person, amount }) => {
    if (!person || person.id === ownerId) return [];
    const from = Math.max(startsAt.getTime(), person.joinedAt.getTime());
    const at = Math.round(from + draws.number() * (endsAt.getTime() - from));
    const activityId = `adjustment:${draws.id("adj")}`;
    const occurredAt = new Date(at);
    return [
      { at, activity: { activityId, userId: person.id, action: "adjustment", occurredAt, amount, source: "seed" } },
    ];
  });
}

/** A sender whose clock is ahead, and one that delivers what has long left the retention. */
function clockTrouble(draws: Draws, { endsAt }: Sample, { people, chats }: SampleCommunity): Activity[] {
  return [6, 30, 48, -97 * 24, -120 * 24].flatMap((hours, index) => {
    const person = people[Math.floor(people.length * (0.5 + index * 0.08))];
    if (!person) return [];
    return {
      activityId: `message:${draws.id("post")}`,
      userId: person.id,
      action: "message",
      occurredAt: new Date(endsAt.getTime() + hours * HOUR_MS),
      experienceId: chats[0]?.experienceId,
      source: "seed",
    };
  });
}
