import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import type { Talk } from "@/dev/seed/talk";
import type {
  Channel,
  Experience,
  Membership,
  Message,
  Reaction,
  TeamMember,
  User,
  WorldData,
} from "@/dev/whop/records";

/** How much of the talk Whop still shows. */
const SHOWN_MS = 4 * 86_400_000;

/** What the simulated Whop knows of the sample communities; `talk` in the order of the communities. */
export function worldOf(sample: Sample, talk: Talk[][]): WorldData {
  const { communities, startsAt, endsAt } = sample;
  const createdAt = new Date(startsAt.getTime() - 400 * 86_400_000).toISOString();
  const users = new Map<string, User>();
  for (const { id, username, name, bio, hasPicture, joinedAt } of communities.flatMap(({ people }) => people)) {
    users.set(id, { id, username, name, bio, hasPicture, createdAt: joinedAt.toISOString() });
  }
  const recent = talk.flat().filter(({ at }) => at >= endsAt.getTime() - SHOWN_MS);
  const messages = recent.filter(({ kind }) => kind === "message").map(messageOf);
  const shown = new Set(messages.map(({ id }) => id));
  return {
    users: [...users.values()],
    companies: communities.map(({ companyId, title, route }) => ({ id: companyId, title, route, createdAt })),
    experiences: communities.flatMap((community) => experiencesOf(community, createdAt)),
    channels: communities.flatMap(channelsOf),
    memberships: communities.flatMap(membershipsOf),
    team: communities.flatMap(teamOf),
    messages,
    reactions: recent.filter(({ about }) => about && shown.has(about.id)).map(reactionOf),
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

function membershipsOf({ companyId, people }: SampleCommunity): Membership[] {
  return people.map(({ id, joinedAt, leftAt }) => {
    return { companyId, userId: id, joinedAt: joinedAt.toISOString(), leftAt: leftAt?.toISOString() ?? null };
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

function reactionOf({ id, userId, at, about }: Talk): Reaction {
  const createdAt = new Date(at).toISOString();
  return { id, messageId: about?.id ?? "", userId, emoji: ":heart:", createdAt };
}
