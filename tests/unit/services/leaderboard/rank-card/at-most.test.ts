import { atMost } from "@/services/leaderboard/rank-card/at-most";

function aWork() {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let started = false;
  const work = () => {
    started = true;
    return done;
  };
  return { work, finish, hasStarted: () => started };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("no more than the places run at once, the next begins when one has ended, and who cannot even wait is told to come again", async () => {
  const inTurn = atMost({ places: 2, waiting: 1 });
  const works = [aWork(), aWork(), aWork()];
  const running = works.map(({ work }) => inTurn(work));
  await turn();
  expect(works.map(({ hasStarted }) => hasStarted())).toEqual([true, true, false]);
  await expect(inTurn(async () => undefined)).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 2 });
  works[1]?.finish();
  await turn();
  expect(works[2]?.hasStarted()).toBe(true);
  for (const { finish } of works) finish();
  await Promise.all(running);
});

test("a work that fails gives its place back", async () => {
  const inTurn = atMost({ places: 1, waiting: 0 });
  await expect(inTurn(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await inTurn(async () => "drawn")).toBe("drawn");
});
