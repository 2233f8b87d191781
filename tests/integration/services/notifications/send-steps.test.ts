import type { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import { sendNotifications } from "@/services/notifications/send-notifications";
import { useDatabase } from "@/tests/support/database";
import { mortal } from "@/tests/support/mortal";
import { notifyDeps } from "@/tests/support/notify-deps";
import {
  aNamedMember,
  aNotifyingCommunity,
  give,
  messageRows,
  passMessageTime,
  saidBy,
  tellBy,
  XP_OF_LEVEL,
} from "@/tests/support/notifying";
import { aWhop, type CommunityInWhop } from "@/tests/support/whop";

/** Longer than a lease and any pause of the first failures. */
const LONG_SECONDS = 300;
const SILENT = { levelUpPush: false, rewardPush: false };

const CHANNELS: [string, (place: CommunityInWhop) => Partial<StoredNotificationSettings>][] = [
  ["a push", () => ({ ...SILENT, levelUpPush: true })],
  [
    "an announcement",
    ({ chatExperienceId: experienceId }) => ({
      ...SILENT,
      announcement: { enabled: true, experienceId, template: "{name} reached level {level}." },
    }),
  ],
  ["a direct message", () => ({ ...SILENT, directMessage: { enabled: true, template: "You reached level {level}." } })],
];

describe("a worker killed after each of its steps", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  test.each(CHANNELS)("%s: nothing without its key each time, and the next one says it, once", async (_, settings) => {
    for (let moment = 1; ; moment += 1) {
      const place = await aNotifyingCommunity(database, whop(), SILENT);
      const communityId = place.companyId;
      await tellBy(database, communityId, settings(place));
      const userId = await aNamedMember(database, whop(), communityId);
      await give(database, communityId, userId, XP_OF_LEVEL[3]);
      const said = () => {
        const { pushes, messages } = saidBy(whop());
        return pushes.length + messages.length;
      };
      const before = said();

      const doomed = mortal(notifyDeps(database, whop()), moment);
      await sendNotifications(doomed.deps, { communityId }).catch((error: Error) =>
        expect(error.message).toBe("killed"),
      );
      const [left] = await messageRows(database, communityId);
      // What has been said is never without the key under which it was asked for.
      if (said() > before) expect(left?.idempotency_key).not.toBeNull();
      expect(["due", "sending", "sent"]).toContain(left?.state);

      await passMessageTime(database, LONG_SECONDS);
      await sendNotifications(notifyDeps(database, whop()), { communityId });
      expect(await messageRows(database, communityId)).toMatchObject([{ state: "sent", lease_token: null }]);
      expect(said() - before).toBe(1);
      if (!doomed.died()) {
        expect(moment).toBeGreaterThan(12);
        return;
      }
    }
  });
});
