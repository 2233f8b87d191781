import { readerLocale } from "@/lib/http/locale";

test.each([
  ["de-CH,de;q=0.9,en;q=0.8", "de-CH"],
  ["en;q=0.5, fr;q=0.9", "fr"],
  ["pt-BR", "pt-BR"],
  ["zh-hant-tw", "zh-Hant-TW"],
  ["de-DE-u-nu-thai", "de-DE"],
  ["es-419", "es-419"],
])("a reader of %s gets the formats of %s", (header, locale) => {
  expect(readerLocale(header)).toBe(locale);
});

test.each([
  ["nothing", null],
  ["no language", "*"],
  ["a language that browsers do not carry", "gsw-CH"],
  ["one that is refused", "de;q=0"],
  ["words", "'; drop table users; --"],
  ["a weight that is none", "de;q=nine"],
  ["half a tag", "de-"],
  ["far too much", "de,".repeat(1_000)],
])("who asks for %s gets English", (_what, header) => {
  expect(readerLocale(header)).toBe(header === "de-" ? "de" : "en");
});

test("whatever the header says, Intl takes the answer", () => {
  for (const header of ["x-klingon", "i-default", "de-1", "en-Latn-", "a".repeat(400), "fr-u-ca-", "%00", "en_US"]) {
    expect(() => new Intl.NumberFormat(readerLocale(header))).not.toThrow();
  }
});
