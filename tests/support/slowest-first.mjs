import Sequencer from "@jest/test-sequencer";

/**
 * Files that take half a minute and more, and do not look it. Jest knows how long each took the last time, but on a fresh machine it
 * begins with the largest: these would come last, one after the other, while all other workers have nothing left to do.
 * Those that keep the machine busy are before those that mostly wait, and mind when others do.
 */
const SLOW = [
  "integration/services/activity/outage",
  "integration/services/activity/many-communities",
  "integration/faults",
  "integration/services/xp/fold.property",
  "integration/services/xp/close-months",
  "integration/services/rewards/send-killed",
  "integration/dev/seed",
  "integration/services/leaderboard/read-leaderboard",
  "integration/dev/stack",
  "integration/dev/postgres",
  "integration/services/notifications/send-killed",
  "integration/services/activity/deleted-post",
  "integration/services/leaderboard/find-ranks",
  "integration/lib/realtime/broadcaster",
  "integration/components/live/keep-line",
  "integration/lib/whop/writes",
].map((name) => `/tests/${name}.test.ts`);

export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const slow = (test) => SLOW.some((name) => test.path.endsWith(name));
    const sorted = super.sort(tests);
    return [...sorted.filter(slow), ...sorted.filter((test) => !slow(test))];
  }
}
