const DAY_MS = 86_400_000;
const offsets = new Map<string, number>();

/** Midnight of a UTC date in a time zone, in milliseconds; a change of clocks during that day does not matter here. */
export function localMidnight(timeZone: string, utcMidnight: number): number {
  return utcMidnight - offsetMinutes(timeZone, utcMidnight) * 60_000;
}

export const utcMidnight = (at: number) => Math.floor(at / DAY_MS) * DAY_MS;

function offsetMinutes(timeZone: string, at: number): number {
  const key = `${timeZone} ${at}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d+):?(\d+)?/.exec(text) ?? [];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  offsets.set(key, offset);
  return offset;
}
