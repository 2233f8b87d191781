import { z } from "zod";

/**
 * The parts of Whop's replies that we use. A reply about something else than was asked for is refused as well: `id` must be
 * the one in the question.
 */

const shortText = z.string().max(500);
const companyId = z.string().regex(/^biz_[A-Za-z0-9_-]{1,100}$/);

/** Anything but a web address is no picture: it ends in an `src`. */
const pictureUrl = z
  .object({ url: z.url({ protocol: /^https?$/ }).max(2_000) })
  .transform((picture) => picture.url)
  .nullable()
  .catch(null);

export const experienceReply = (id: string) =>
  z.object({ id: z.literal(id), name: shortText, company: z.object({ id: companyId, title: shortText }) });

export const userReply = (id: string) =>
  z.object({
    id: z.literal(id),
    username: shortText.min(1),
    name: shortText.nullable().catch(null),
    profile_picture: pictureUrl.default(null),
  });

export const companyReply = (id: string) => z.object({ id: z.literal(id), title: shortText });

export const accessReply = z.object({
  has_access: z.boolean(),
  access_level: z.enum(["no_access", "customer", "admin"]),
});

export const authorizedUsersReply = z.object({
  data: z.array(
    z.object({ role: z.string(), user: z.object({ id: z.string() }), company: z.object({ id: z.string() }) }),
  ),
});

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const someId = z.string().min(1).max(300);
const withId = z.object({ id: someId });

/** One page of a list. */
export const pageReply = <T>(entry: z.ZodType<T>) =>
  z.object({
    data: z.array(entry),
    page_info: z.object({ end_cursor: z.string().min(1).nullable(), has_next_page: z.boolean() }),
  });

export const membershipEntry = z
  .object({
    id: z.string().regex(/^mem_[A-Za-z0-9_-]{1,100}$/),
    status: shortText,
    user: withId.nullable(),
    company: z.object({ id: companyId }),
    product: withId,
    renewal_period_end: moment.nullable(),
    created_at: moment,
  })
  .transform((reply) => ({
    id: reply.id,
    status: reply.status,
    userId: reply.user?.id ?? null,
    companyId: reply.company.id,
    productId: reply.product.id,
    renewalPeriodEnd: reply.renewal_period_end,
    createdAt: reply.created_at,
  }));

export const membershipReply = (id: string) =>
  membershipEntry.refine((membership) => membership.id === id, { error: "another membership than the one asked for" });

export const promoCodeEntry = z
  .object({ id: someId, code: shortText.nullable(), status: shortText, uses: z.number().int(), created_at: moment })
  .transform(({ created_at, ...reply }) => ({ ...reply, createdAt: created_at }));

/** Of a code that has just been made: the one that was asked for, in the company that it was asked for. */
export const newPromoCodeReply = ({ code, companyId }: { code: string; companyId: string }) =>
  z
    .object({
      id: someId,
      // Capitals or not, it is the same code at a checkout.
      code: z.string().refine((made) => made.toLowerCase() === code.toLowerCase()),
      company: z.object({ id: z.literal(companyId) }),
    })
    .transform(({ id }) => ({ id }));

const count = z.number().int().min(0);

export const messageEntry = z
  .object({
    id: someId,
    content: z.string().nullable(),
    user: withId.nullable(),
    created_at: moment,
    message_type: shortText,
    is_pinned: z.boolean(),
    reaction_counts: z.array(z.object({ count })),
  })
  .transform((reply) => ({
    id: reply.id,
    content: reply.content,
    userId: reply.user?.id ?? null,
    createdAt: reply.created_at,
    type: reply.message_type,
    isPinned: reply.is_pinned,
    reactionCount: reply.reaction_counts.reduce((sum, one) => sum + one.count, 0),
  }));

export const messageReply = (id: string) => theOne(messageEntry, id);

/** Of the resource that was asked about: under another's reaction XP would go to the wrong author. */
export const reactionEntry = (resourceId: string) =>
  z
    .object({
      id: someId,
      resource_id: z.literal(resourceId),
      emoji: shortText.nullable(),
      user: withId.nullable(),
    })
    .transform(({ id, emoji, user }) => ({ id, resourceId, emoji, userId: user?.id ?? null }));

export const forumPostEntry = z
  .object({
    id: someId,
    parent_id: someId.nullable(),
    title: z.string().nullable(),
    content: z.string().nullable(),
    user: withId.nullable(),
    created_at: moment,
    is_pinned: z.boolean(),
    comment_count: count,
    like_count: count.nullable(),
  })
  .transform((reply) => ({
    id: reply.id,
    parentId: reply.parent_id,
    title: reply.title,
    content: reply.content,
    userId: reply.user?.id ?? null,
    createdAt: reply.created_at,
    isPinned: reply.is_pinned,
    commentCount: reply.comment_count,
    likeCount: reply.like_count ?? 0,
  }));

export const forumPostReply = (id: string) => theOne(forumPostEntry, id);

function theOne<T extends { id: string }>(entry: z.ZodType<T>, id: string) {
  return entry.refine((one) => one.id === id, { error: "another one than was asked for" });
}

export const forumEntry = z
  .object({ id: someId, experience: z.object({ id: someId, name: shortText }) })
  .transform(({ id, experience }) => ({ id, experienceId: experience.id, name: experience.name }));

export const memberEntry = z
  .object({
    user: withId.nullable(),
    access_level: z.enum(["no_access", "customer", "admin"]),
    status: shortText,
    joined_at: moment,
  })
  .transform((reply) => ({
    userId: reply.user?.id ?? null,
    accessLevel: reply.access_level,
    status: reply.status,
    joinedAt: reply.joined_at,
  }));

export const teamEntry = z
  .object({ role: shortText, user: withId, company: withId })
  .transform(({ role, user, company }) => ({ role, userId: user.id, companyId: company.id }));

export const experienceEntry = z
  .object({ id: someId, name: shortText, app: withId })
  .transform(({ id, name, app }) => ({ id, name, appId: app.id }));

export const chatChannelEntry = z
  .object({ id: someId, experience: z.object({ id: someId, name: shortText }) })
  .transform(({ id, experience }) => ({ id, experienceId: experience.id, name: experience.name }));

/** Of a message or a channel that has just been made. */
export const newThingReply = withId;

export const notificationReply = z.object({ success: z.boolean() });
