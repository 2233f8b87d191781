import { setTimeout as sleep } from "node:timers/promises";
import { perSecond } from "@/bench/load";
import { readOptions } from "@/bench/options";
import { inTurns, median, ratioOf } from "@/bench/row";

describe("the benchmark", () => {
  test("counts what every client does, also while the others are at work", async () => {
    let done = 0;
    const began = performance.now();
    const rate = await perSecond(8, 0.2, async () => {
      await sleep(5);
      done += 3;
      return 3;
    });
    const seconds = (performance.now() - began) / 1000;
    expect(rate * seconds).toBeGreaterThan(0.9 * done);
    expect(rate * seconds).toBeLessThan(1.1 * done);
  });

  test("lets the sides of a ratio take turns", async () => {
    const order: string[] = [];
    const side = (name: string) => async () => order.push(name);
    await inTurns(2, { one: side("one"), other: side("other") });
    expect(order).toEqual(["one", "other", "one", "other"]);
  });

  test("is not moved by one slow round: the ratio is the median of the rounds'", () => {
    expect(ratioOf([80, 8, 90], [100, 10, 10])).toBeCloseTo(0.8);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test("says which row it does not know", () => {
    expect(readOptions(["--rows", "a,H"]).rows).toEqual(["A", "H"]);
    expect(() => readOptions(["--rows", "A,Z"])).toThrow("There is no row Z");
  });
});
