import { type Chat, type ChatEvents, createChat } from "./chat";
import { createMemberships, type MembershipEvents, type Memberships } from "./memberships";
import { createNotifications, type Notifications } from "./notifications";
import { createPromoCodes, type PromoCodes } from "./promo-codes";
import { newId } from "./random";
import type { Channel, Company, Experience, TeamMember, User, WorldData } from "./records";

export type AccessLevel = "no_access" | "customer" | "admin";

/** The simulated Whop's state, and the way to build it. Ids and names are made up where none is given. */
export interface World extends Chat, Memberships, PromoCodes, Notifications {
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
  data(): WorldData;
}

export type DirectPeople = Pick<Channel, "userIds" | "name">;

export interface WorldOptions {
  data?: WorldData;
  now: () => Date;
  events?: ChatEvents & MembershipEvents;
}

export function createWorld({ data, now, events = {} }: WorldOptions): World {
  const users = byId(data?.users);
  const companies = byId(data?.companies);
  const experiences = byId(data?.experiences);
  const channels = byId(data?.channels);
  const team = new Map((data?.team ?? []).map((one) => [pair(one.companyId, one.userId), one]));
  const chat = createChat({ data, channels, now, events });
  const memberships = createMemberships({ data: data?.memberships, now, events });
  const promoCodes = createPromoCodes(now, data?.promoCodes);
  const notifications = createNotifications(now, data?.notifications);

  function companyIdOf(resourceId: string): string | undefined {
    return companies.get(resourceId)?.id ?? experiences.get(resourceId)?.companyId;
  }

  return {
    ...chat,
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
    accessLevel: (userId, resourceId) => {
      const companyId = companyIdOf(resourceId);
      if (companyId === undefined) return "no_access";
      if (team.has(pair(companyId, userId))) return "admin";
      return memberships.hasMembership(companyId, userId) ? "customer" : "no_access";
    },
    data: () => ({
      users: [...users.values()],
      companies: [...companies.values()],
      experiences: [...experiences.values()],
      channels: [...channels.values()],
      memberships: memberships.membershipData(),
      team: [...team.values()],
      ...chat.chatData(),
      promoCodes: promoCodes.promoCodeData(),
      notifications: notifications.notificationData(),
    }),
  };
}

export function byId<T extends { id: string }>(records: T[] = []): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}

function keep<T extends { id: string }>(records: Map<string, T>, record: T): T {
  records.set(record.id, record);
  return record;
}

const pair = (companyId: string, userId: string) => `${companyId} ${userId}`;
