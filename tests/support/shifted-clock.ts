/**
 * A clock of this process that is wrong by an adjustable amount, as on a machine whose time is not kept: everything that asks
 * `Date` is misled, timers run on.
 */
const RealDate = Date;
let offsetMs = 0;

class ShiftedDate extends RealDate {
  constructor(...parts: unknown[]) {
    // What `new Date(…)` makes of arguments is Date's own affair; only the bare one reads the clock.
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...(parts as [number]));
  }
  static override now(): number {
    return RealDate.now() + offsetMs;
  }
  /** Dates that were made before, or by Node itself, are dates too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === "[object Date]";
  }
}

/** @param milliseconds ahead of the machine's clock; negative: behind. */
export function shiftClock(milliseconds: number): void {
  offsetMs = milliseconds;
  globalThis.Date = ShiftedDate as DateConstructor; // `Date()` as a plain function is the one thing it cannot do
}
