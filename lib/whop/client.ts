import { createLists } from "./lists";
import { createPageReads } from "./page-reads";
import type { WhopPage } from "./pages";
import { createReads } from "./reads";
import { createSdk, type WhopClientOptions } from "./sdk";
import { createWrites } from "./writes";
import type { Written } from "./written";

export type { WhopPage } from "./pages";
export type { WhopClientOptions } from "./sdk";
export type { Written } from "./written";

export type AccessLevel = "no_access" | "customer" | "admin";

export interface WhopExperience {
  id: string;
  name: string;
  companyId: string;
  companyTitle: string;
}

export interface WhopUser {
  id: string;
  username: string;
  /** The display name; the username where there is none. */
  name: string;
  pictureUrl: string | null;
}

export interface WhopCompany {
  id: string;
  title: string;
}

export interface WhopMembership {
  id: string;
  /** In Whop's words: trialing, active, past_due, canceling, completed, canceled, expired, unresolved, drafted. */
  status: string;
  /** Null when the account is gone. */
  userId: string | null;
  companyId: string;
  productId: string;
  /** Null where it has no end. */
  renewalPeriodEnd: Date | null;
  createdAt: Date;
}

export interface WhopPromoCode {
  id: string;
  code: string | null;
  /** active, inactive or archived. */
  status: string;
  /** How often it has been used. */
  uses: number;
  createdAt: Date;
}

export interface WhopMessage {
  id: string;
  content: string | null;
  /** Null when the account is gone. */
  userId: string | null;
  createdAt: Date;
  /** In Whop's words: regular, system, automated. */
  type: string;
  isPinned: boolean;
  /** Of all emoji together: who gave two counts twice. */
  reactionCount: number;
}

export interface WhopReaction {
  id: string;
  /** The message or forum post. */
  resourceId: string;
  /** Null when the account is gone. */
  userId: string | null;
  /** A shortcode, ":heart:". Whop says nothing of when it was given. */
  emoji: string | null;
}

/** A post, or a comment, which is a post with a parent. */
export interface WhopForumPost {
  id: string;
  /** The post that it comments on. */
  parentId: string | null;
  title: string | null;
  /** Null where it is paywalled: there is a text, and we may not read it. */
  content: string | null;
  /** Null when the account is gone. */
  userId: string | null;
  createdAt: Date;
  isPinned: boolean;
  /** Of direct comments. */
  commentCount: number;
  likeCount: number;
}

export interface WhopForum {
  id: string;
  experienceId: string;
  name: string;
}

export interface WhopMember {
  /** Null when the account is gone. */
  userId: string | null;
  accessLevel: AccessLevel;
  /** In Whop's words: drafted, joined, left. */
  status: string;
  joinedAt: Date;
}

export interface WhopTeamMember {
  userId: string;
  /** In Whop's words: owner, admin, moderator, … */
  role: string;
}

export interface WhopChatChannel {
  /** feed_… */
  id: string;
  experienceId: string;
  name: string;
}

/**
 * The longest that a promo code of ours lasts, in billing months. Whop's API takes a number of months, names no most, and has no word
 * for the "forever" of its dashboard; three years is the most that it names for free days (1,095).
 */
export const LONGEST_PROMO_MONTHS = 36;

/** Which page. */
export interface PageOf {
  after?: string;
  first?: number;
}

/**
 * What WEE5 asks of Whop. Every read throws AppError "unavailable" when Whop is late, down, busy (then alone with `retryAfterSeconds`) or
 * answers something other than it should; null means that there is no such thing, or none that we may see.
 * From what the reads of the second group leave out it is concluded that nothing is there, so they say more: AppError "forbidden" where
 * the app lacks the permission, and lists are whole or AppError "unavailable"; and those of what Whop does not know at all are "not_found".
 * Writes never throw for what Whop does: their answer says what is certain.
 */
export interface WhopClient {
  retrieveExperience(experienceId: string): Promise<WhopExperience | null>;
  retrieveUser(userId: string): Promise<WhopUser | null>;
  retrieveCompany(companyId: string): Promise<WhopCompany | null>;
  /** `resourceId` is a company or an experience. */
  checkAccess(resourceId: string, userId: string): Promise<{ hasAccess: boolean; accessLevel: AccessLevel }>;
  /** The user's role in the company's team in Whop's words ("owner", "moderator", …), null when in none or unreadable. */
  listAuthorizedUsers(companyId: string, userId: string): Promise<string | null>;
  /** Resolves when Whop answers and accepts our key. */
  ping(): Promise<void>;

  /** Null only where Whop says that there is no such membership. */
  retrieveMembership(membershipId: string): Promise<WhopMembership | null>;
  /** Every membership of the user in the company, ended ones too. */
  listMemberships(of: { companyId: string; userId: string }): Promise<WhopMembership[]>;
  /** Those of others too; at most 10,000, else AppError "unavailable": give `createdAfter`. */
  listPromoCodes(of: { companyId: string; createdAfter?: Date }): Promise<WhopPromoCode[]>;
  /** The newest first. `channelId` is a channel or the experience of a chat. */
  listMessages(of: { channelId: string; limit: number }): Promise<WhopMessage[]>;
  listChatChannels(companyId: string): Promise<WhopChatChannel[]>;
  /** The places of our own app in a company. */
  listOwnExperiences(companyId: string): Promise<{ id: string; name: string }[]>;
  /** Null only where Whop says that there is no such message. */
  retrieveMessage(messageId: string): Promise<WhopMessage | null>;
  /** Null only where Whop says that there is no such post or comment. */
  retrieveForumPost(postId: string): Promise<WhopForumPost | null>;
  listForums(companyId: string): Promise<WhopForum[]>;
  /** Everyone in the company's team. */
  listTeam(companyId: string): Promise<WhopTeamMember[]>;

  /**
   * One page each, for what is too long to be read at once; they say as much as those above. `after` is the `nextCursor` of the page
   * before. Where Whop does not take that cursor (any more), the error is AppError "bad_request": begin anew without it.
   * `first` is the size of the page, 1 to 100; 100 by default.
   */
  readMessages(of: { channelId: string; direction: "asc" | "desc" } & PageOf): Promise<WhopPage<WhopMessage>>;
  /** Of a message or a forum post; the newest first. */
  readReactions(of: { resourceId: string } & PageOf): Promise<WhopPage<WhopReaction>>;
  /**
   * Posts, or with `parentId` the comments on one. Whop documents no order, save that what is pinned may come before the rest. With
   * `pinned` only the pinned ones.
   */
  readForumPosts(
    of: { experienceId: string; parentId?: string; pinned?: true } & PageOf,
  ): Promise<WhopPage<WhopForumPost>>;
  /** Who has ever joined, those who are gone too, in the order of joining. */
  readMembers(of: { companyId: string } & PageOf): Promise<WhopPage<WhopMember>>;

  /** `days`: 1 to 1,095. Emits no webhook. */
  addFreeDays(what: { membershipId: string; days: number; key: string }): Promise<Written<WhopMembership>>;
  /** A code for one use by one customer: `percentOff` (1 to 100) for `months` billing months, 1 to `LONGEST_PROMO_MONTHS`. */
  createPromoCode(what: {
    companyId: string;
    code: string;
    percentOff: number;
    months: number;
    /** Without it the code holds for everything that the company sells. */
    productId?: string;
    key: string;
  }): Promise<Written<{ id: string }>>;
  /**
   * To an experience it reaches those of `userIds` who have access to it; to a company only those in its team. Done means that Whop has
   * taken it, not that anyone has seen it.
   */
  sendNotification(what: {
    companyId?: string;
    /** Goes before `companyId`. */
    experienceId?: string;
    /** At least one. */
    userIds: string[];
    title: string;
    content: string;
    /** A path in the app, "/…". */
    restPath?: string;
    key: string;
  }): Promise<Written<null>>;
  /** `content` is Markdown. `channelId` is a channel or the experience of a chat. */
  createMessage(what: {
    channelId: string;
    content: string;
    replyingToId?: string;
    key: string;
  }): Promise<Written<{ id: string }>>;
  /** The channel that there is already, or a new one. */
  createDmChannel(what: { companyId: string; userIds: string[]; key: string }): Promise<Written<{ id: string }>>;
}

/** Only this folder knows Whop's SDK, so that another SDK or version is a change here alone. */
export function createWhopClient(options: WhopClientOptions): WhopClient {
  const sdk = createSdk(options);
  return {
    ...createReads(sdk, options),
    ...createLists(sdk, options),
    ...createPageReads(sdk, options),
    ...createWrites(sdk, options),
  };
}
