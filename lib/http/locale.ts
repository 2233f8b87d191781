/**
 * Languages whose number and date formats every browser carries. For others a browser may fall back to another language than
 * the server, and the two would then write the same page differently.
 */
const CARRIED = new Set(
  (
    "am ar bg bn ca cs da de el en es et fa fi fil fr gu he hi hr hu id it ja kn ko lt lv ml mr ms nb nl no pl pt ro ru sk sl " +
    "sr sv sw ta te th tr uk vi zh"
  ).split(" "),
);

/** More is no reader's list of languages. */
const MAX_LENGTH = 500;

/** Language, script and region; what follows (calendars, digits, private use) is left out. */
const TAG = /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(?=-|$)/i;

/**
 * The language in which a reader wants numbers and dates, from their Accept-Language header.
 *
 * @returns a tag that Intl accepts, always; "en" where nothing usable is asked for.
 */
export function readerLocale(acceptLanguage: string | null): string {
  if (!acceptLanguage || acceptLanguage.length > MAX_LENGTH) return "en";
  const wanted = acceptLanguage
    .split(",")
    .map(weighted)
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  for (const { tag } of wanted) {
    const known = TAG.exec(tag)?.[0];
    if (known === undefined) continue;
    const locale = new Intl.Locale(known);
    if (CARRIED.has(locale.language)) return locale.toString();
  }
  return "en";
}

/** "de-CH;q=0.8" as its parts; what has no readable weight has none. */
function weighted(entry: string): { tag: string; weight: number } {
  const [tag = "", ...parameters] = entry.split(";").map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  return { tag, weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality) : 0 };
}
