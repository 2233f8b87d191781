import { deletedIn } from "@/dev/seed/arrivals";
import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import { createDraws } from "@/dev/seed/draws";
import { forumOf } from "@/dev/seed/forum";
import type { Talk } from "@/dev/seed/talk";
import type {
  Channel,
  Experience,
  FinishedLesson,
  Membership,
  Message,
  Reaction,
  TeamMember,
  User,
  WorldData,
} from "@/dev/whop/records";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How much of the talk Whop still shows. */
const SHOWN_MS = 4 * DAY_MS;

/** What the simulated Whop knows of the sample communities; `talk` in the order of the communities. */
export function worldOf(sample: Sample, talk: Talk[][]): WorldData {
  const { communities, startsAt, endsAt } = sample;
  const createdAt = new Date(startsAt.getTime() - 400 * DAY_MS).toISOString();
  const users = new Map<string, User>();
  for (const { id, username, name, bio, hasPicture, joinedAt } of communities.flatMap(({ people }) => people)) {
    users.set(id, { id, username, name, bio, hasPicture, createdAt: joinedAt.toISOString() });
  }
  const shownFrom = endsAt.getTime() - SHOWN_MS;
  const deleted = communities.map((community, index) => deletedIn(sample, community, talk[index] ?? []));
  const recent = talk.flatMap((of, index) => of.filter(({ at, id }) => at >= shownFrom && !deleted[index]?.has(id)));
  const messages = recent.filter(({ kind }) => kind === "message").map(messageOf);
  const shown = new Set(messages.map(({ id }) => id));
  const forums = talk.map((of) => forumOf(sample, of, shownFrom));
  return {
    users: [...users.values()],
    companies: communities.map(({ companyId, title, route }) => ({ id: companyId, title, route, createdAt })),
    experiences: communities.flatMap((community) => experiencesOf(community, createdAt)),
    channels: communities.flatMap(channelsOf),
    memberships: communities.flatMap((community) => membershipsOf(sample, community)),
    team: communities.flatMap(teamOf),
    messages,
    reactions: recent.filter(({ about }) => about && shown.has(about.id)).map(reactionOf),
    posts: forums.flatMap(({ posts }) => posts),
    likes: forums.flatMap(({ likes }) => likes),
    lessons: talk
      .flat()
      .filter(({ kind }) => kind === "lesson")
      .map(lessonOf),
  };
}

function experiencesOf(community: SampleCommunity, createdAt: string): Experience[] {
  const { app, chats, playground, forum, course, companyId } = community;
  return [app, ...chats, ...(playground ? [playground] : []), forum, course].map(({ experienceId, name, kind }) => {
    return { id: experienceId, companyId, name, kind, isPublic: false, createdAt };
  });
}

function channelsOf({ companyId, chats, playground }: SampleCommunity): Channel[] {
  return [...chats, ...(playground ? [playground] : [])].map(({ channelId, experienceId }) => {
    return { id: channelId, companyId, experienceId, type: "chat" };
  });
}

/** Paid by the month, until some weeks from now; a few of the onlookers have paid once and for good. */
function membershipsOf({ seed, endsAt }: Sample, { label, companyId, people }: SampleCommunity): Membership[] {
  const draws = createDraws(seed, `memberships/${label}`);
  return people.map(({ id: userId, joinedAt, leftAt }, index) => {
    const end = leftAt ?? new Date(endsAt.getTime() + draws.whole(8 * 24, 29 * 24) * HOUR_MS);
    const isForLife = leftAt === null && index > people.length * 0.7 && index % 7 === 3;
    return {
      id: draws.id("mem"),
      companyId,
      userId,
      productId: companyId.replace("biz_", "prod_"),
      planId: companyId.replace("biz_", isForLife ? "plan_life" : "plan_"),
      status: leftAt === null ? "active" : "canceled",
      renewalPeriodStart: isForLife ? null : new Date(end.getTime() - 30 * DAY_MS).toISOString(),
      renewalPeriodEnd: isForLife ? null : end.toISOString(),
      joinedAt: joinedAt.toISOString(),
      leftAt: leftAt?.toISOString() ?? null,
    };
  });
}

function teamOf({ companyId, ownerId, adminId, moderatorId }: SampleCommunity): TeamMember[] {
  const roles = { owner: ownerId, admin: adminId, moderator: moderatorId };
  return Object.entries(roles).map(([role, userId]) => {
    return { id: userId.replace("user_", "ausr_"), companyId, userId, role };
  });
}

function messageOf({ id, userId, at, place, text = "" }: Talk): Message {
  const createdAt = new Date(at).toISOString();
  return { id, channelId: place.channelId, userId, content: text, type: "regular", replyingToId: null, createdAt };
}

function lessonOf({ id, userId, at, place }: Talk): FinishedLesson {
  const { experienceId } = place;
  const finishedAt = new Date(at).toISOString();
  return { id: `crsi_${userId}_${id}`, userId, experienceId, lessonId: id, finishedAt };
}

function reactionOf({ id, userId, at, about }: Talk): Reaction {
  const createdAt = new Date(at).toISOString();
  return { id, messageId: about?.id ?? "", userId, emoji: ":heart:", createdAt };
}
