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
}

export interface Membership {
  companyId: string;
  userId: string;
  joinedAt: string;
  leftAt: string | null;
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
  createdAt: string;
}

export interface Reaction {
  id: string;
  messageId: string;
  userId: string;
  emoji: string;
  createdAt: string;
}

/** All of it, as it is written to disk. */
export interface WorldData {
  users: User[];
  companies: Company[];
  experiences: Experience[];
  channels: Channel[];
  memberships: Membership[];
  team: TeamMember[];
  messages: Message[];
  reactions: Reaction[];
}
