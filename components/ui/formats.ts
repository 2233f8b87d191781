/** How one reader's language writes numbers and dates. */
export type Formats = {
  /** 2,642 */
  number: (value: number) => string;
  /** 1.5, 2,642: up to two decimals. */
  decimal: (value: number) => string;
  /** +20, −20 */
  signed: (value: number) => string;
  /** 1.5, of 150 per cent. */
  factor: (percent: number) => string;
  /** 2 May 2026; without the year where it is that of `now`. */
  day: (at: Date | string, timeZone: string, now?: Date | number) => string;
  /** Saturday */
  weekday: (at: Date | string, timeZone: string) => string;
  /** 21:40 */
  time: (at: Date | string, timeZone: string) => string;
};

const made = new Map<string, Formats>();

/** @param locale a tag that Intl accepts, as `readerLocale` gives it. */
export function formatsOf(locale: string): Formats {
  const known = made.get(locale);
  if (known) return known;
  const formats = makeFormats(locale);
  made.set(locale, formats);
  return formats;
}

function makeFormats(locale: string): Formats {
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const withSign = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
  return {
    number: (value) => steady(plain.format(value)),
    decimal: (value) => steady(decimal.format(value)),
    factor: (percent) => steady(decimal.format(percent / 100)),
    signed: (value) => steady(withSign.format(value)).replace("-", "−"),
    day: (at, timeZone, now) => {
      const date = new Date(at);
      const isThisYear = now !== undefined && isSameYear(date, new Date(now), timeZone);
      const year = isThisYear ? undefined : "numeric";
      return steady(date.toLocaleDateString(locale, { timeZone, day: "numeric", month: "long", year }));
    },
    weekday: (at, timeZone) => steady(new Date(at).toLocaleDateString(locale, { timeZone, weekday: "long" })),
    time: (at, timeZone) =>
      steady(new Date(at).toLocaleTimeString(locale, { timeZone, hour: "numeric", minute: "2-digit" })),
  };
}

function isSameYear(one: Date, other: Date, timeZone: string): boolean {
  const yearOf = (date: Date) => date.toLocaleDateString("en", { timeZone, year: "numeric" });
  return yearOf(one) === yearOf(other);
}

/** Servers and browsers differ in which space they write; the page must be the same from both, and break in neither. */
function steady(text: string): string {
  return text.replace(/\s/g, "\u00a0");
}
