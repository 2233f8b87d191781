import { inCommunity } from "@/lib/db/database";
import { AppError } from "@/lib/errors";
import { findLevels } from "@/services/communities/find-levels";
import { createRankCardLink } from "@/services/leaderboard/rank-card/link";
import { readCard } from "@/services/leaderboard/read-card";
import { renderReply } from "@/services/notifications/commands/render-reply";
import { findPage } from "@/services/notifications/find-place";
import {
  type HeldNotification,
  type NotificationRequest,
  ReplyPayload,
  StreakPayload,
} from "@/services/notifications/notification-row";
import { findReward, listRewardsOfLevels, type Reward } from "@/services/notifications/notifications.queries";
import { hasPlaceholder, renderTemplate } from "@/services/notifications/render-template";
import { rewardInWords, rewardListInWords } from "@/services/notifications/reward-in-words";
import type { SendDeps } from "@/services/notifications/send-notifications";
import { rankNameAt } from "@/services/xp/progress";

/** Where a message goes, in whose words: a template of the creator's, or our own. */
export type Place = { channelId: string; template: string } | "push" | "reply";

type Composed = Pick<HeldNotification, "communityId" | "userId" | "about" | "fromLevel" | "toLevel" | "rewardId"> & {
  channel: HeldNotification["channel"];
  payload: HeldNotification["payload"];
};

/** What Whop is asked for, as things stand now. @throws AppError not_found */
export async function composeNotification(
  deps: SendDeps,
  notification: Composed,
  place: Place,
): Promise<NotificationRequest> {
  const { communityId, userId, payload } = notification;
  if (place === "reply") {
    const { command, channelId, replyingToId } = ReplyPayload.parse(payload);
    const content = await renderReply(deps, communityId, { userId, command });
    return { kind: "message", channelId, content, replyingToId };
  }
  if (place === "push") {
    const words = await pushWords(deps, notification);
    const experienceId = await findPage(deps, communityId);
    if (!experienceId) throw new AppError("not_found", "WEE5 has no page in this community that a push could open.");
    return { kind: "notification", experienceId, userId, ...words };
  }
  const content = await fromTemplate(deps, notification, place.template);
  return { kind: "message", channelId: place.channelId, content, replyingToId: null };
}

function pushWords(deps: SendDeps, notification: Composed): Words | Promise<Words> {
  if (notification.about === "streak_warning") return streakWords(StreakPayload.parse(notification.payload));
  return notification.about === "reward" ? rewardWords(deps, notification) : levelUpWords(deps, notification);
}

type Words = { title: string; content: string; restPath: string | null };

async function levelUpWords(deps: SendDeps, notification: Composed): Promise<Words> {
  const { level, rank, rewards } = await reached(deps, notification);
  const reward = rewardListInWords(rewards, true);
  const said = [...(rank ? [`Your rank: ${rank}.`] : []), ...(reward ? [`Your reward: ${reward}.`] : [])];
  const content = said.join(" ") || "Open WEE5 to see what comes next.";
  return { title: `You reached level ${level}`, content, restPath: reward ? REWARDS : null };
}

function streakWords({ days, freezes }: StreakPayload): Words {
  const freeze = freezes === 1 ? "your freeze is used" : `one of your ${freezes} freezes is used`;
  const otherwise = freezes === 0 ? "Write before midnight to keep it." : `Write before midnight, or ${freeze}.`;
  return { title: `${days} days in a row`, content: `Nothing has been counted today. ${otherwise}`, restPath: null };
}

/** The tab of the member's page. */
const REWARDS = "/#rewards";

async function rewardWords(deps: SendDeps, { communityId, rewardId }: Composed): Promise<Words> {
  const reward = await inCommunity(deps.db, communityId, (trx) => findReward(trx, communityId, rewardId ?? ""));
  if (!reward) throw new AppError("not_found", "There is no such reward.");
  const earnedBy = reward.streakDays === null ? "" : `${reward.streakDays} days in a row. `;
  const note = reward.note ? ` ${reward.note}` : "";
  return { title: "You have a reward", content: `${earnedBy}${arrival(reward)}${note}`, restPath: REWARDS };
}

function arrival(reward: Reward): string {
  const words = rewardInWords(reward, true);
  if (reward.type === "free_days") return `Your membership goes on longer: ${words}.`;
  if (reward.type === "promo_code") return `Your promo code is there: ${words}.`;
  return `It is yours: ${words}.`;
}

/** What a level-up says besides the name. */
async function reached(deps: SendDeps, { communityId, userId, fromLevel, toLevel }: Composed) {
  const { ranks } = await findLevels(deps, communityId);
  const level = toLevel ?? 1;
  const levels = { above: fromLevel ?? 0, upTo: level };
  const rewards = await inCommunity(deps.db, communityId, (trx) =>
    listRewardsOfLevels(trx, communityId, userId, levels),
  );
  return { level, rank: rankNameAt(ranks, level) ?? "", rewards };
}

async function fromTemplate(deps: SendDeps, notification: Composed, template: string): Promise<string> {
  const { communityId, userId, channel } = notification;
  const { level, rank, rewards } = await reached(deps, notification);
  const { name, username } = await readCard(deps, communityId, userId);
  const reward = rewardListInWords(rewards, channel === "direct_message");
  const link = hasPlaceholder(template, "link") ? await cardLink(deps, communityId, userId) : "";
  return renderTemplate(template, { name: name ?? username ?? "", level, rank, reward, link });
}

/** Of a member whom others do not see there is no card to look at. */
async function cardLink(deps: SendDeps, communityId: string, userId: string): Promise<string> {
  try {
    return (await createRankCardLink(deps, communityId, userId)).url;
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return "";
    throw error;
  }
}
