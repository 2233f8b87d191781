import { awaitShare } from "@/lib/whop/await-share";

/** A share that says no so many times, each for so long. */
function aShare(refusals: number, retryAfterSeconds: number) {
  const asked: string[] = [];
  const take = async (operation: string) => {
    asked.push(operation);
    return asked.length > refusals ? { allowed: true, retryAfterSeconds: 0 } : { allowed: false, retryAfterSeconds };
  };
  return { asked, deps: { whopShare: { take } } };
}

test("a call that may be made is made at once", async () => {
  const { asked, deps } = aShare(0, 1);
  expect(await awaitShare(deps, "messages.create", 0)).toBe(0);
  expect(asked).toEqual(["messages.create"]);
});

test("a short wait is waited for, without end where none is said", async () => {
  const { asked, deps } = aShare(3, 0.01);
  expect(await awaitShare(deps, "messages.create")).toBe(0);
  expect(asked).toHaveLength(4);
});

test("for more than may be waited it says when to come again, and does not wait", async () => {
  const { asked, deps } = aShare(1, 30);
  expect(await awaitShare(deps, "messages.create", 10)).toBe(30);
  expect(asked).toHaveLength(1);
});
