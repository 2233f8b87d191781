import { setTimeout as sleep } from "node:timers/promises";
import { createPaced } from "@/lib/realtime/paced";

function aPaced(perSecond: number, send: (entries: [string, number][]) => boolean = () => true) {
  const sent: [string, number][][] = [];
  const paced = createPaced<number>(perSecond, async (entries) => {
    await sleep(5);
    if (!send(entries)) return false;
    sent.push(entries);
    return true;
  });
  return { ...paced, sent };
}

test("what is added at once goes together, at once", async () => {
  const paced = aPaced(10);
  const started = performance.now();
  await Promise.all([paced.add("a", 1), paced.add("b", 2)]);
  expect(paced.sent).toEqual([
    [
      ["a", 1],
      ["b", 2],
    ],
  ]);
  expect(performance.now() - started).toBeLessThan(900);
});

test("no more are sent in a second than there is room for, and the newest of each is sent in the end", async () => {
  const paced = aPaced(20);
  const started = performance.now();
  const waits: Promise<void>[] = [];
  for (let value = 1; value <= 5; value += 1) {
    for (let key = 0; key < 30; key += 1) waits.push(paced.add(`key${key}`, value));
    await sleep(20);
  }
  await Promise.all(waits);
  await paced.idle();
  const seconds = (performance.now() - started) / 1_000;
  const all = paced.sent.flat();
  expect(all.length).toBeLessThanOrEqual(20 * seconds + 20);
  const newest = new Map(all);
  expect([...newest.values()]).toEqual(Array(30).fill(5));
});

test("what could not be sent is tried again, unless something newer has come meanwhile", async () => {
  let failures = 1;
  const paced = aPaced(100, () => {
    failures -= 1;
    return failures < 0;
  });
  const first = [paced.add("a", 1), paced.add("b", 1)];
  await sleep(1);
  const newer = paced.add("a", 2);
  await Promise.all([...first, newer]);
  expect(new Map(paced.sent.flat())).toEqual(
    new Map([
      ["a", 2],
      ["b", 1],
    ]),
  );
  await paced.add("c", 3);
  expect(paced.sent.flat()).toContainEqual(["c", 3]);
});
