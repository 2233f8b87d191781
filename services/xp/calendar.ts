const formatters = new Map<string, Intl.DateTimeFormat>();

/** The day (YYYY-MM-DD) of a moment in an IANA time zone. */
export function dayIn(timeZone: string, at: Date): string {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(at);
}

export type Period = "week" | "month";

/** The first day of the week (from Monday, ISO 8601) or month that a day (YYYY-MM-DD) lies in. */
export function periodStart(period: Period, day: string): string {
  if (period === "month") return `${day.slice(0, 7)}-01`;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
