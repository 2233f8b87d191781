import { formatsOf } from "@/components/ui/formats";

test("numbers are written as the reader writes them", () => {
  expect(formatsOf("en").number(48_210)).toBe("48,210");
  expect(formatsOf("de").number(48_210)).toBe("48.210");
});

test("server and browser write the same space between groups, whichever narrow one they know", () => {
  expect(formatsOf("fr").number(48_210)).toBe("48\u00a0210");
  expect(formatsOf("en-US").time("2026-11-21T21:40:00Z", "UTC")).toBe("9:40\u00a0PM");
});

test("what was earned has a plus, what was taken a real minus, nothing neither", () => {
  const { signed } = formatsOf("en");
  expect([signed(20), signed(-1_020), signed(0)]).toEqual(["+20", "−1,020", "0"]);
});

test("times are those of the community's clock", () => {
  expect(formatsOf("en-GB").time("2026-11-21T21:40:00Z", "Asia/Tokyo")).toBe("6:40");
  expect(formatsOf("en-GB").day("2026-11-21T21:40:00Z", "Asia/Tokyo")).toBe("22\u00a0November\u00a02026");
});

test("the year is said where it is not this one", () => {
  const { day } = formatsOf("en-GB");
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(day("2026-05-02T10:00:00Z", "UTC", now)).toBe("2\u00a0May");
  expect(day("2025-05-02T10:00:00Z", "UTC", now)).toBe("2\u00a0May\u00a02025");
});
