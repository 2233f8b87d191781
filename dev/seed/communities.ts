import { drawCast, type Person } from "@/dev/seed/cast";
import { createDraws } from "@/dev/seed/draws";
import { RUNNING_TOPIC, type Topic, VIDEO_TOPIC } from "@/dev/seed/texts";
import type { ExperienceKind } from "@/dev/whop/records";

export type Place = {
  experienceId: string;
  /** Of a chat. */
  channelId: string;
  name: string;
  kind: ExperienceKind;
  /** Share of the talk. */
  weight: number;
};

export type SampleCommunity = {
  label: string;
  companyId: string;
  title: string;
  route: string;
  topic: Topic;
  /** WEE5's own page. */
  app: Place;
  chats: Place[];
  /** The chat whose messages pay nothing. */
  playground: Place | null;
  forum: Place;
  course: Place;
  people: Person[];
  ownerId: string;
  adminId: string;
  moderatorId: string;
  /** An ordinary member whom nobody plays while the demo runs. */
  memberId: string;
  exMemberId: string;
  /** A member whose posts are made by a machine, and excluded. */
  autoposterId: string;
};

export type SampleSize = { members: number; days: number };

export const FULL_SAMPLE: SampleSize = { members: 250, days: 88 };
/** For tests of the stack: the same kinds of everything, few of each. */
export const SMALL_SAMPLE: SampleSize = { members: 24, days: 12 };

export type Sample = { seed: number; size: SampleSize; startsAt: Date; endsAt: Date; communities: SampleCommunity[] };

/** Two communities that share a few people. The same seed, size and end give the same ones. */
export function drawSample(seed: number, size: SampleSize, endsAt: Date): Sample {
  const startsAt = new Date(endsAt.getTime() - size.days * 86_400_000);
  const time = { seed, startsAt, endsAt };
  const main = drawCommunity({
    ...time,
    label: "main",
    title: "Northlight Creators",
    topic: VIDEO_TOPIC,
    chats: ["General", "Introductions", "Show your work"],
    playground: "Bot playground",
    people: drawCast({ ...time, label: "main", members: size.members }),
  });
  const runners = drawCast({ ...time, label: "second", members: 12 });
  const shared = main.people.slice(8, 80).filter((_, index) => index % 18 === 0);
  const second = drawCommunity({
    ...time,
    label: "second",
    title: "Harbour Runners",
    topic: RUNNING_TOPIC,
    chats: ["Clubhouse"],
    playground: null,
    // The busiest of a small club are not as busy as those of a large one.
    people: [...runners, ...shared].map((person) => ({ ...person, messagesPerDay: person.messagesPerDay * 0.25 })),
  });
  return { seed, size, startsAt, endsAt, communities: [main, second] };
}

type CommunityOptions = {
  seed: number;
  endsAt: Date;
  label: string;
  title: string;
  topic: Topic;
  chats: string[];
  playground: string | null;
  people: Person[];
};

function drawCommunity(options: CommunityOptions): SampleCommunity {
  const { seed, endsAt, label, title, topic, people } = options;
  const draws = createDraws(seed, `community/${label}`);
  const place = (name: string, kind: ExperienceKind, weight = 0): Place => {
    return { experienceId: draws.id("exp"), channelId: draws.id("feed"), name, kind, weight };
  };
  const weights = [6, 1.5, 3];
  // Six different people, each from a part of the cast whose level suits the role.
  const [owner, admin, moderator, member, exMember, autoposter] = pickApart(
    people,
    [0.05, 0.075, 0.11, 0.16, 0.28, 0.4],
  );
  for (const person of [owner, admin, moderator, member]) person.silentFrom = null;
  exMember.leftAt = new Date(endsAt.getTime() - 2.5 * 86_400_000);
  return {
    label,
    companyId: draws.id("biz"),
    title,
    route: title.toLowerCase().replace(/\W+/g, "-"),
    topic,
    app: place("Levels & rewards", "app"),
    chats: options.chats.map((name, index) => place(name, "chat", weights[index] ?? 1)),
    playground: options.playground === null ? null : place(options.playground, "chat", 0.35),
    forum: place("Forum", "forum"),
    course: place("Course", "course"),
    people,
    ownerId: owner.id,
    adminId: admin.id,
    moderatorId: moderator.id,
    memberId: member.id,
    exMemberId: exMember.id,
    autoposterId: autoposter.id,
  };
}

type Six<T> = [T, T, T, T, T, T];

function pickApart(people: Person[], shares: Six<number>): Six<Person> {
  let next = 0;
  const picked = shares.map((share) => {
    const at = Math.max(next, Math.floor(share * people.length));
    next = at + 1;
    const person = people[at];
    if (!person) throw new Error("The sample needs more people.");
    return person;
  });
  return picked as Six<Person>; // one for each share
}
