import { type Chat, type ChatEvents, createChat } from "./chat";
import { createForum, type Forum } from "./forum";
import { createLessons, type LessonEvents, type Lessons } from "./lessons";
import { createMemberships, type MembershipEvents, type Memberships } from "./memberships";
import { createNotifications, type Notifications } from "./notifications";
import { createPromoCodes, type PromoCodes } from "./promo-codes";
import { newId } from "./random";
import type { Ban, Channel, Company, Experience, TeamMember, User, WorldData } from "./records";

export type AccessLevel = "no_access" | "customer" | "admin";

/** The simulated Whop's state, and the way to build it. Ids and names are made up where none is given. */
export interface World extends Chat, Forum, Lessons, Memberships, PromoCodes, Notifications {
  addUser(user?: Partial<User>): User;
  addCompany(company?: Partial<Company>): Company;
  /** A chat gets its channel with it. */
  addExperience(experience: Partial<Experience> & Pick<Experience, "companyId">): Experience;
  /** A channel that is no community chat: a direct message or a support chat. */
  addDirectChannel(companyId: string, type: "direct_message" | "support", people?: DirectPeople): Channel;
  /** Of direct messages, those in which the user is. */
  directChannelsOf(companyId: string, userId: string): Channel[];
  /** Puts the user on the company's team ("owner", "moderator", …); null takes the user off it. */
  setRole(companyId: string, userId: string, role: string | null): void;
  user(id: string): User | undefined;
  users(): User[];
  company(id: string): Company | undefined;
  experience(id: string): Experience | undefined;
  experiencesOf(companyId: string): Experience[];
  team(companyId: string): TeamMember[];
  accessLevel(userId: string, resourceId: string): AccessLevel;
  /** Takes the user's access, whatever they have paid for; false gives it back. Tells nobody. */
  ban(companyId: string, userId: string, isBanned?: boolean): void;
  /** Whoever is or was a member or of the team. */
  everJoined(companyId: string): Member[];
  /** The company to which a thing belongs, whatever kind of thing it is. */
  companyOf(id: string): string | undefined;
  data(): WorldData;
}

export interface Member {
  userId: string;
  accessLevel: AccessLevel;
  /** Who is banned has not left: Whop documents no status for it, so that is how it is told here. */
  status: "joined" | "left";
  joinedAt: string;
}

export type DirectPeople = Pick<Channel, "userIds" | "name">;

export interface WorldOptions {
  data?: WorldData;
  now: () => Date;
  events?: ChatEvents & MembershipEvents & LessonEvents & { forumChanged?(experienceId: string): void };
  /** Of messages, in each channel; 10,000 by default. */
  keptPerChannel?: number;
}

export function createWorld({ data, now, events = {}, keptPerChannel }: WorldOptions): World {
  const users = byId(data?.users);
  const companies = byId(data?.companies);
  const experiences = byId(data?.experiences);
  const channels = byId(data?.channels);
  const team = new Map((data?.team ?? []).map((one) => [pair(one.companyId, one.userId), one]));
  const bans = new Map((data?.bans ?? []).map((one): [string, Ban] => [pair(one.companyId, one.userId), one]));
  const chat = createChat({ data, channels, now, events, keptPerChannel });
  const forum = createForum({ data, experiences, now, onChange: events.forumChanged });
  const lessons = createLessons({ data, experiences, now, events });
  const memberships = createMemberships({ data: data?.memberships, now, events });
  const promoCodes = createPromoCodes(now, data?.promoCodes);
  const notifications = createNotifications(now, data?.notifications);

  function companyIdOf(resourceId: string): string | undefined {
    return companies.get(resourceId)?.id ?? experiences.get(resourceId)?.companyId;
  }

  function accessLevel(userId: string, resourceId: string): AccessLevel {
    const companyId = companyIdOf(resourceId);
    if (companyId === undefined) return "no_access";
    const key = pair(companyId, userId);
    if (team.has(key)) return "admin";
    return memberships.hasMembership(companyId, userId) && !bans.has(key) ? "customer" : "no_access";
  }

  return {
    ...chat,
    ...forum,
    ...lessons,
    ...memberships,
    ...promoCodes,
    ...notifications,
    addUser: (given = {}) => {
      const id = given.id ?? newId("user");
      const username = given.username ?? id.toLowerCase().replace("user_", "u");
      return keep(users, {
        name: username,
        bio: null,
        hasPicture: true,
        createdAt: now().toISOString(),
        ...given,
        id,
        username,
      });
    },
    addCompany: (given = {}) => {
      const id = given.id ?? newId("biz");
      return keep(companies, {
        title: "A community",
        route: id.toLowerCase(),
        createdAt: now().toISOString(),
        ...given,
        id,
      });
    },
    addExperience: (given) => {
      const id = given.id ?? newId("exp");
      const base = { name: "A place", kind: "app", isPublic: false, createdAt: now().toISOString() } as const;
      const experience = keep(experiences, { ...base, ...given, id });
      if (experience.kind === "chat") {
        keep(channels, { id: newId("feed"), companyId: given.companyId, experienceId: id, type: "chat" });
      }
      return experience;
    },
    addDirectChannel: (companyId, type, { userIds = [], name = null } = {}) => {
      const base = { id: newId("feed"), companyId, experienceId: null, createdAt: now().toISOString() };
      return keep(channels, { ...base, type, userIds, name });
    },
    directChannelsOf: (companyId, userId) =>
      [...channels.values()].filter((one) => one.companyId === companyId && one.userIds?.includes(userId)),
    setRole: (companyId, userId, role) => {
      const key = pair(companyId, userId);
      if (role === null) team.delete(key);
      else team.set(key, { id: team.get(key)?.id ?? newId("ausr"), companyId, userId, role });
    },
    user: (id) => users.get(id),
    users: () => [...users.values()],
    company: (id) => companies.get(id),
    experience: (id) => experiences.get(id),
    experiencesOf: (companyId) => [...experiences.values()].filter((one) => one.companyId === companyId),
    team: (companyId) => [...team.values()].filter((one) => one.companyId === companyId),
    accessLevel,
    ban: (companyId, userId, isBanned = true) => {
      if (isBanned) bans.set(pair(companyId, userId), { companyId, userId });
      else bans.delete(pair(companyId, userId));
    },
    everJoined: (companyId) => {
      const since = new Map<string, string>();
      for (const one of team.values()) {
        if (one.companyId === companyId) since.set(one.userId, companies.get(companyId)?.createdAt ?? "");
      }
      // The newest membership says since when: who came back has joined anew.
      for (const one of memberships.membershipsOf(companyId)) since.set(one.userId, one.joinedAt);
      return [...since].map(([userId, joinedAt]) => {
        const isIn = team.has(pair(companyId, userId)) || memberships.hasMembership(companyId, userId);
        return { userId, joinedAt, accessLevel: accessLevel(userId, companyId), status: isIn ? "joined" : "left" };
      });
    },
    companyOf: (id) => {
      const post = forum.forumPost(id);
      const message = chat.message(id);
      return (
        companyIdOf(post?.experienceId ?? id) ??
        chat.channel(message?.channelId ?? id)?.companyId ??
        memberships.membership(id)?.companyId ??
        promoCodes.promoCode(id)?.companyId
      );
    },
    data: () => ({
      users: [...users.values()],
      companies: [...companies.values()],
      experiences: [...experiences.values()],
      channels: [...channels.values()],
      memberships: memberships.membershipData(),
      team: [...team.values()],
      ...chat.chatData(),
      ...forum.forumData(),
      ...lessons.lessonData(),
      bans: [...bans.values()],
      promoCodes: promoCodes.promoCodeData(),
      notifications: notifications.notificationData(),
    }),
  };
}

function byId<T extends { id: string }>(records: T[] = []): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}

function keep<T extends { id: string }>(records: Map<string, T>, record: T): T {
  records.set(record.id, record);
  return record;
}

const pair = (companyId: string, userId: string) => `${companyId} ${userId}`;
