import { drain } from "@/lib/drain";

const now = () => new Date(0);

function queueOf(count: number) {
  const waiting = Array.from({ length: count }, (_, n) => n);
  return { waiting, claim: async (limit: number) => waiting.splice(0, limit) };
}

test("works until nothing is left, and tells how much it was", async () => {
  const { claim } = queueOf(25);
  const worked: number[] = [];
  const work = async (n: number) => void worked.push(n);
  expect(await drain({ claim, work, concurrency: 10, now })).toBe(25);
  expect(worked).toEqual(Array.from({ length: 25 }, (_, n) => n));
});

test("holds no more than it works on at once", async () => {
  const { claim } = queueOf(25);
  let [held, most] = [0, 0];
  const work = async () => {
    held += 1;
    most = Math.max(most, held);
    await new Promise((resolve) => setImmediate(resolve));
    held -= 1;
  };
  await drain({ claim, work, concurrency: 4, now });
  expect(most).toBe(4);
});

test("begins nothing once the time is over", async () => {
  const { claim, waiting } = queueOf(25);
  let time = 0;
  const work = async () => {
    time += 1;
  };
  expect(await drain({ claim, work, concurrency: 5, until: new Date(12), now: () => new Date(time) })).toBe(15);
  expect(waiting).toHaveLength(10);
  expect(await drain({ claim, work, concurrency: 5, until: new Date(12), now: () => new Date(time) })).toBe(0);
});

test("what breaks ends it, and is told", async () => {
  const { claim } = queueOf(3);
  const work = async () => Promise.reject(new Error("Broken."));
  await expect(drain({ claim, work, concurrency: 1, now })).rejects.toThrow("Broken.");
});
