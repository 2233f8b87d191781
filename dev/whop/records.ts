/** What the simulated Whop remembers. Times are ISO strings, as in Whop's answers. */

export interface User {
  id: string;
  username: string;
  name: string | null;
  bio: string | null;
  hasPicture: boolean;
  createdAt: string;
}

export interface Company {
  id: string;
  title: string;
  route: string;
  createdAt: string;
}

export type ExperienceKind = "chat" | "forum" | "course" | "app";

export interface Experience {
  id: string;
  companyId: string;
  name: string;
  kind: ExperienceKind;
  isPublic: boolean;
  createdAt: string;
}

export type ChannelType = "chat" | "direct_message" | "support";

export interface Channel {
  id: string;
  companyId: string;
  /** A chat's experience; direct messages and support have none. */
  experienceId: string | null;
  type: ChannelType;
  /** A direct message's people, without the app. */
  userIds?: string[];
  name?: string | null;
  createdAt?: string;
}

/** Those of Whop that are met here; "completed" is what a one-time purchase gives. */
export type MembershipStatus = "trialing" | "active" | "past_due" | "canceling" | "completed" | "canceled" | "expired";

export interface Membership {
  id: string;
  companyId: string;
  userId: string;
  productId: string;
  planId: string;
  status: MembershipStatus;
  /** Both null: for life. */
  renewalPeriodStart: string | null;
  renewalPeriodEnd: string | null;
  joinedAt: string;
  leftAt: string | null;
}

export interface PromoCode {
  id: string;
  companyId: string;
  code: string;
  promoType: "percentage" | "flat_amount";
  amountOff: number;
  currency: string;
  months: number;
  productId: string | null;
  planIds: string[];
  stock: number;
  unlimitedStock: boolean;
  onePerCustomer: boolean;
  newUsersOnly: boolean;
  churnedUsersOnly: boolean;
  existingMembershipsOnly: boolean;
  expiresAt: string | null;
  status: "active" | "inactive" | "archived";
  uses: number;
  createdAt: string;
}

/** A push, to those of its people who have access. */
export interface Notification {
  id: string;
  companyId: string;
  experienceId: string | null;
  /** Null: everybody. */
  userIds: string[] | null;
  title: string;
  subtitle: string | null;
  content: string;
  restPath: string | null;
  createdAt: string;
}

export interface TeamMember {
  id: string;
  companyId: string;
  userId: string;
  role: string;
}

export type MessageType = "regular" | "system" | "automated";

export interface Message {
  id: string;
  channelId: string;
  userId: string;
  content: string;
  type: MessageType;
  replyingToId: string | null;
  isPinned?: boolean;
  createdAt: string;
}

export interface Reaction {
  id: string;
  messageId: string;
  userId: string;
  emoji: string;
  createdAt: string;
}

/** A post in a forum, or a comment, which is a post with a parent. */
export interface ForumPost {
  id: string;
  experienceId: string;
  userId: string;
  parentId: string | null;
  title: string | null;
  content: string;
  isPinned: boolean;
  isPaywalled: boolean;
  createdAt: string;
}

/** What a reaction to a post or a comment always is. */
export interface Like {
  id: string;
  postId: string;
  userId: string;
  createdAt: string;
}

export interface FinishedLesson {
  id: string;
  userId: string;
  /** The course's. */
  experienceId: string;
  lessonId: string;
  finishedAt: string;
}

/** Shut out of a company. */
export interface Ban {
  companyId: string;
  userId: string;
}

/** All of it, as it is written to disk. */
export interface WorldData {
  users: User[];
  companies: Company[];
  experiences: Experience[];
  channels: Channel[];
  memberships: (Membership | OldMembership)[];
  team: TeamMember[];
  messages: Message[];
  reactions: Reaction[];
  promoCodes?: PromoCode[];
  notifications?: Notification[];
  posts?: ForumPost[];
  likes?: Like[];
  lessons?: FinishedLesson[];
  bans?: Ban[];
}

/** As it was written before memberships were more than a presence. */
export type OldMembership = Pick<Membership, "companyId" | "userId" | "joinedAt" | "leftAt"> & Partial<Membership>;
