import type {
  Channel,
  Company,
  FinishedLesson,
  ForumPost,
  Like,
  Membership,
  Message,
  PromoCode,
  Reaction,
  User,
} from "./records";
import type { Member, World } from "./world";

/** Records in the words of Whop's API, for answers and webhooks alike. */

export function userView(user: User, url: string) {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    bio: user.bio,
    created_at: user.createdAt,
    profile_picture: user.hasPicture ? { url: `${url}/avatars/${user.id}.png` } : null,
  };
}

export function briefUser(world: World, userId: string) {
  const user = world.user(userId);
  return { id: userId, username: user?.username ?? userId, name: user?.name ?? null };
}

export function briefCompany(company: Company) {
  return { id: company.id, title: company.title, route: company.route };
}

export function messageView(world: World, message: Message) {
  return {
    id: message.id,
    content: message.content,
    created_at: message.createdAt,
    updated_at: message.createdAt,
    is_edited: false,
    is_pinned: message.isPinned ?? false,
    mentions: [],
    mentions_everyone: false,
    message_type: message.type,
    poll: null,
    poll_votes: [],
    reaction_counts: countByEmoji(world.reactionsTo(message.id)),
    replying_to_message_id: message.replyingToId,
    user: briefUser(world, message.userId),
    view_count: null,
  };
}

export function reactionView(world: World, reaction: Reaction) {
  return {
    id: reaction.id,
    resource_id: reaction.messageId,
    emoji: reaction.emoji,
    user: briefUser(world, reaction.userId),
  };
}

/** As the app sees it, which reads nothing that is for who has paid. */
export function forumPostView(world: World, post: ForumPost) {
  const companyId = world.companyOf(post.id) ?? "";
  return {
    id: post.id,
    attachments: [],
    comment_count: world.commentsOn(post.id).length,
    content: post.isPaywalled ? null : post.content,
    created_at: post.createdAt,
    updated_at: post.createdAt,
    is_edited: false,
    is_pinned: post.isPinned,
    is_poster_admin: world.team(companyId).some(({ userId }) => userId === post.userId),
    like_count: world.likesOf(post.id).length,
    parent_id: post.parentId,
    title: post.title,
    user: briefUser(world, post.userId),
    view_count: null,
  };
}

export function likeView(world: World, { id, postId, userId }: Like) {
  return { id, resource_id: postId, emoji: null, user: briefUser(world, userId) };
}

export function lessonView(world: World, { id, userId, experienceId, lessonId, finishedAt }: FinishedLesson) {
  const own = experienceId.replace("exp_", "");
  const name = world.experience(experienceId)?.name ?? null;
  return {
    id,
    completed: true,
    course: { id: `cors_${own}`, experience: { id: experienceId }, title: name },
    created_at: finishedAt,
    lesson: { id: lessonId, chapter: { id: `chap_${own}` }, title: `Lesson ${lessonId.slice(-2)}` },
    user: briefUser(world, userId),
  };
}

export function memberView(world: World, { userId, accessLevel, status, joinedAt }: Member) {
  return {
    id: userId.replace("user_", "mber_"),
    access_level: accessLevel,
    company_token_balance: 0,
    created_at: joinedAt,
    joined_at: joinedAt,
    most_recent_action: status,
    most_recent_action_at: null,
    phone: null,
    status,
    updated_at: joinedAt,
    usd_total_spent: 0,
    user: { ...briefUser(world, userId), email: null },
  };
}

export function membershipView(world: World, membership: Membership) {
  const { id, companyId, userId, status, joinedAt, leftAt } = membership;
  const company = world.company(companyId);
  return {
    id,
    status,
    user: { ...briefUser(world, userId), email: null },
    member: { id: userId.replace("user_", "mber_") },
    company: { id: companyId, title: company?.title ?? "" },
    product: { id: membership.productId, title: company?.title ?? "", metadata: {} },
    plan: { id: membership.planId, metadata: {} },
    promo_code: null,
    metadata: {},
    checkout_configuration_id: null,
    created_at: joinedAt,
    joined_at: joinedAt,
    updated_at: leftAt ?? joinedAt,
    renewal_period_start: membership.renewalPeriodStart,
    renewal_period_end: membership.renewalPeriodEnd,
    cancel_at_period_end: status === "canceling",
    canceled_at: leftAt,
    cancellation_reason: null,
    cancel_option: null,
    payment_collection_paused: false,
    license_key: null,
    manage_url: null,
    currency: "usd",
    custom_field_responses: [],
  };
}

/** As it is listed; one by itself names its company too. */
export function promoCodeView(promoCode: PromoCode) {
  const { id, code, status, uses, stock, months } = promoCode;
  return {
    id,
    code,
    status,
    uses,
    stock,
    unlimited_stock: promoCode.unlimitedStock,
    promo_type: promoCode.promoType,
    amount_off: promoCode.amountOff,
    currency: promoCode.currency,
    duration: months === 1 ? "once" : "repeating",
    promo_duration_months: months,
    product: promoCode.productId === null ? null : { id: promoCode.productId, title: "" },
    one_per_customer: promoCode.onePerCustomer,
    new_users_only: promoCode.newUsersOnly,
    churned_users_only: promoCode.churnedUsersOnly,
    existing_memberships_only: promoCode.existingMembershipsOnly,
    expires_at: promoCode.expiresAt,
    created_at: promoCode.createdAt,
  };
}

export function dmChannelView(world: World, { id, name = null, createdAt }: Channel) {
  return { id, name, created_at: createdAt, last_message_at: world.messagesIn(id).at(-1)?.createdAt ?? null };
}

function countByEmoji(reactions: readonly Reaction[]) {
  const counts = new Map<string, number>();
  for (const { emoji } of reactions) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  return [...counts].map(([emoji, count]) => ({ emoji, count }));
}
