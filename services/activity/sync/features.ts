import { chat } from "@/services/activity/sync/chat";
import type { Feature } from "@/services/activity/sync/feature";
import { forum } from "@/services/activity/sync/forum";
import { members } from "@/services/activity/sync/members";
import { reactions } from "@/services/activity/sync/reactions";

/** Everything that is read from Whop. Among those that have waited equally long, in this order. */
export const FEATURES: readonly Feature[] = [chat, reactions, forum, members];
