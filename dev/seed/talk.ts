import type { Person } from "@/dev/seed/cast";
import type { Place, Sample, SampleCommunity } from "@/dev/seed/communities";
import { createDraws, type Draws } from "@/dev/seed/draws";
import { localMidnight, utcMidnight } from "@/dev/seed/local-time";
import { drawComment, drawMessage, drawPost } from "@/dev/seed/texts";
import { lessonIdOf } from "@/dev/whop/lessons";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How likely people are to be there, by hour of their own day. */
const BY_HOUR = [1, 0.4, 0.2, 0.1, 0.1, 0.2, 0.8, 2, 3, 3.5, 3.5, 3, 4, 4, 3, 3, 3, 3.5, 4.5, 6, 7, 7, 5, 2.5];
const BY_WEEKDAY = [0.8, 1, 1.05, 1.1, 1.05, 0.95, 0.75]; // from Sunday
const MESSAGES_PER_VISIT = 5;

export type TalkKind = "message" | "post" | "comment" | "reaction" | "lesson" | "daily_visit" | "member_joined";

/** One thing a person did in the history. */
export type Talk = {
  kind: TalkKind;
  /** The platform's id of what came of it. */
  id: string;
  userId: string;
  at: number;
  place: Place;
  text?: string;
  /** What was reacted to: a message, a post or a comment. */
  about?: Talk;
};

/** Everything that happened in a community, oldest first. */
export function drawTalk(sample: Sample, community: SampleCommunity): Talk[] {
  const said = community.people.flatMap((person) => {
    const draws = createDraws(sample.seed, `talk/${community.label}/${person.id}`);
    return drawDays(draws, sample, community, person);
  });
  said.sort(byTime);
  const messages = said.filter(({ kind }) => kind === "message");
  const reactions = community.people.flatMap((person) => {
    const draws = createDraws(sample.seed, `reactions/${community.label}/${person.id}`);
    return drawReactions(draws, sample, person, messages);
  });
  return [...said, ...reactions, ...drawLikes(sample, community, said)].sort(byTime);
}

const byTime = (one: Talk, other: Talk) => one.at - other.at || (one.id < other.id ? -1 : 1);

/** When the person was around: the visits of each day, in the person's own time zone. */
function drawVisits(draws: Draws, { startsAt, endsAt }: Sample, person: Person): { at: number; busy: number }[] {
  const from = Math.max(startsAt.getTime(), person.joinedAt.getTime());
  const until = Math.min(...[endsAt, person.leftAt, person.silentFrom].map((at) => at?.getTime() ?? Infinity));
  const visits: { at: number; busy: number }[] = [];
  for (let day = utcMidnight(from) - DAY_MS; day < until; day += DAY_MS) {
    if (draws.chance(person.dayOff)) continue;
    const share = (day - startsAt.getTime()) / (endsAt.getTime() - startsAt.getTime());
    const growth = 0.85 + 0.3 * Math.max(0, share);
    const busy = ((BY_WEEKDAY[new Date(day).getUTCDay()] ?? 1) * growth) / (1 - person.dayOff);
    const count = Math.max(1, Math.round((person.messagesPerDay * busy) / MESSAGES_PER_VISIT));
    for (let i = 0; i < count; i += 1) {
      const hour = draws.weighted(BY_HOUR) + draws.number() + person.laterHours;
      const at = localMidnight(person.timeZone, day) + hour * HOUR_MS;
      if (at >= from && at < until) visits.push({ at, busy: busy / count });
    }
  }
  return visits.sort((one, other) => one.at - other.at);
}

function drawDays(draws: Draws, sample: Sample, community: SampleCommunity, person: Person): Talk[] {
  const said: Talk[] = [];
  const until = sample.endsAt.getTime();
  let lessons = 0;
  const by = (kind: TalkKind, at: number, place: Place, text?: string) => {
    const id = draws.id("post");
    const known = kind === "lesson" ? lessonIdOf(place.experienceId, lessons) : id;
    said.push({ kind, id: known, userId: person.id, at: Math.round(at), place, text });
  };

  if (person.joinedAt >= sample.startsAt) by("member_joined", person.joinedAt.getTime(), community.app);
  const chats = community.playground ? [...community.chats, community.playground] : community.chats;
  let lastDay = "";
  for (const visit of drawVisits(draws, sample, person)) {
    const day = new Date(visit.at).toISOString().slice(0, 10);
    if (day !== lastDay && draws.chance(0.2)) by("daily_visit", visit.at, community.app);
    if (person.learner && draws.chance(0.02)) {
      lessons += 1;
      by("lesson", visit.at + 60 * SECOND_MS, community.course);
    }
    lastDay = day;
    let at = visit.at;
    let place = chats[draws.weighted(chats.map(({ weight }) => weight))] ?? community.app;
    for (let left = draws.count(person.messagesPerDay * visit.busy); left > 0; left -= 1) {
      at += (8 + draws.pause(170)) * SECOND_MS;
      if (at >= until) break;
      if (draws.chance(0.1)) place = chats[draws.weighted(chats.map(({ weight }) => weight))] ?? place;
      const way = draws.number();
      if (way < 0.015) by("post", at, community.forum, drawPost(draws, community.topic));
      else if (way < 0.06) by("comment", at, community.forum, drawComment(draws, community.topic));
      else by("message", at, place, drawMessage(draws, community.topic));
    }
  }
  return said;
}

/** Who looks on reacts too. */
function drawReactions(draws: Draws, sample: Sample, person: Person, messages: Talk[]): Talk[] {
  const reactions: Talk[] = [];
  const reacted = new Set<Talk>();
  for (const visit of drawVisits(draws, sample, person)) {
    let at = visit.at;
    const average = Math.min(2.5, (0.18 * person.messagesPerDay + 0.02) * visit.busy);
    for (let left = draws.count(average); left > 0; left -= 1) {
      at += (5 + draws.pause(90)) * SECOND_MS;
      const about = messages[firstAfter(messages, at) - 1 - draws.whole(0, 25)];
      if (!about || reacted.has(about) || at >= sample.endsAt.getTime()) continue;
      if (about.userId === person.id && !draws.chance(0.2)) continue;
      reacted.add(about);
      const { place } = about;
      reactions.push({ kind: "reaction", id: draws.id("reac"), userId: person.id, at: Math.round(at), place, about });
    }
  }
  return reactions;
}

/** Of posts and comments, within hours. */
function drawLikes(sample: Sample, { label, people }: SampleCommunity, said: Talk[]): Talk[] {
  const draws = createDraws(sample.seed, `likes/${label}`);
  const weights = people.map(({ messagesPerDay }) => Math.sqrt(messagesPerDay));
  const likes: Talk[] = [];
  for (const about of said.filter(({ kind }) => kind === "post" || kind === "comment")) {
    const given = new Set<Person>();
    for (let left = draws.count(about.kind === "post" ? 2 : 0.5); left > 0; left -= 1) {
      const person = people[draws.weighted(weights)];
      const at = Math.round(about.at + draws.pause(3) * HOUR_MS);
      const id = draws.id("reac");
      if (!person || given.has(person) || person.id === about.userId || !isThere(sample, person, at)) continue;
      given.add(person);
      likes.push({ kind: "reaction", id, userId: person.id, at, place: about.place, about });
    }
  }
  return likes;
}

function isThere({ endsAt }: Sample, { joinedAt, leftAt, silentFrom }: Person, at: number): boolean {
  return (
    [endsAt, leftAt, silentFrom].every((until) => until === null || at < until.getTime()) && at >= joinedAt.getTime()
  );
}

/** Where the first message later than a time stands in the list. */
function firstAfter(messages: Talk[], at: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
