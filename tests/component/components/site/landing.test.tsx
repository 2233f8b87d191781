import "@testing-library/jest-dom";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { Landing } from "@/components/site/landing";
import { LAST_STEP } from "@/components/site/sample";
import { LocaleProvider } from "@/components/ui/locale-context";

type Screen = { motion: boolean; isHidden: boolean; watched: Map<Element, (isIntersecting: boolean) => void> };
let reader: Screen;

beforeEach(() => {
  jest.useFakeTimers();
  reader = { motion: true, isHidden: false, watched: new Map() };
  // jsdom has neither media queries nor a screen: both as they would answer.
  window.matchMedia = () =>
    ({
      matches: !reader.motion,
      addEventListener: jest.fn(),
      removeEventListener: jest.fn(),
    }) as unknown as MediaQueryList;
  window.IntersectionObserver = class {
    constructor(private readonly tell: (entries: { isIntersecting: boolean }[]) => void) {}
    observe(element: Element) {
      reader.watched.set(element, (isIntersecting) => this.tell([{ isIntersecting }]));
      this.tell([{ isIntersecting: true }]);
    }
    disconnect = jest.fn();
  } as unknown as typeof IntersectionObserver;
  Object.defineProperty(document, "hidden", { configurable: true, get: () => reader.isHidden });
});

afterEach(() => jest.useRealTimers());

/** The half second after it lets numbers rise to what they are. */
async function pass(seconds: number): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(seconds * 1_000));
  await act(() => jest.advanceTimersByTimeAsync(500));
}

function show({
  pricesUsd = { premium: 19, enterprise: 79 },
  supportEmail,
  locale = "en",
}: Partial<Parameters<typeof Landing>[0]> = {}) {
  render(
    <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
      <LocaleProvider locale={locale}>
        <Landing appId="app_1" pricesUsd={pricesUsd} supportEmail={supportEmail} locale={locale} />
      </LocaleProvider>
    </WhopFrameProvider>,
  );
}

const planOf = (name: string) => {
  const plan = screen.getByRole("heading", { name }).closest("li");
  if (!plan) throw new Error(`${name} is no plan`);
  return plan;
};
const cardOf = () => screen.getByRole("figure");

test("a creator can install from the top, and every link leads somewhere", () => {
  show();
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Every message counts. Once.");
  for (const install of screen.getAllByRole("link", { name: "Install on Whop" })) {
    expect(install).toHaveAttribute("href", "https://whop.com/apps/app_1/install");
  }
  for (const link of screen.getAllByRole("link")) {
    const href = link.getAttribute("href") ?? "";
    if (href.startsWith("#")) expect(document.getElementById(href.slice(1))).toBeInTheDocument();
    else expect(href).toMatch(/^(https:\/\/whop\.com\/|\/)/);
  }
});

test("the people of the sample have pictures, each of them a file of ours", () => {
  // jsdom loads no pictures and calls each of them complete and empty.
  jest.spyOn(HTMLImageElement.prototype, "complete", "get").mockReturnValue(false);
  show();
  const pictures = new Set(Array.from(document.images, (image) => image.getAttribute("src") ?? ""));
  expect(pictures.size).toBe(8);
  for (const picture of pictures) expect(existsSync(join(process.cwd(), "public", picture))).toBe(true);
});

test("prices are those of the installation, in the reader's way of writing them", () => {
  show({ pricesUsd: { premium: 24.5, enterprise: 1250 }, locale: "de" });
  expect(planOf("Free")).toHaveTextContent(/0\s\$/);
  expect(planOf("Premium")).toHaveTextContent(/24,50\s\$/);
  expect(planOf("Enterprise")).toHaveTextContent(/1\.250\s\$/);
});

test("what is not there yet is called soon, and what cannot be bought has no button that sells it", () => {
  show({ supportEmail: "help@example.com" });
  expect(within(planOf("Free")).queryByText("Soon")).toBeNull();
  for (const [plan, feature] of [
    ["Premium", "Badges"],
    ["Enterprise", "API and outbound webhooks"],
  ] as const) {
    const soon = within(planOf(plan)).getByText("Soon");
    expect(soon.compareDocumentPosition(within(planOf(plan)).getByText(feature))).toBe(
      Node.DOCUMENT_POSITION_FOLLOWING,
    );
  }
  expect(planOf("Premium")).toHaveTextContent("Not on sale yet.");
  expect(screen.queryByRole("link", { name: /buy|try/i })).toBeNull();
  expect(within(planOf("Enterprise")).getByRole("link")).toHaveAttribute("href", "mailto:help@example.com");
});

test("the sample card earns, and its bar and sums agree with what it says was earned", async () => {
  show();
  expect(cardOf()).toHaveTextContent("258 XP to level 9");
  await pass(4);
  expect(cardOf()).toHaveTextContent("+20");
  expect(cardOf()).toHaveTextContent("238 XP to level 9");
  expect(cardOf()).toHaveTextContent("2,662 XP in all");
});

test.each([
  ["who wants nothing to move", () => (reader.motion = false)],
  ["a tab that nobody looks at", () => (reader.isHidden = true)],
])("for %s the sample stands still", async (_, set) => {
  set();
  show();
  await pass(60);
  expect(cardOf()).toHaveTextContent("258 XP to level 9");
});

test("a sample that has scrolled off the screen stands still", async () => {
  show();
  act(() => reader.watched.get(cardOf())?.(false));
  await pass(60);
  expect(cardOf()).toHaveTextContent("258 XP to level 9");
});

test("the reader can stop the sample and start it again", async () => {
  show();
  fireEvent.click(within(cardOf()).getByRole("button", { name: "Pause the sample" }));
  await pass(60);
  expect(cardOf()).toHaveTextContent("258 XP to level 9");
  fireEvent.click(within(cardOf()).getByRole("button", { name: "Play the sample" }));
  await pass(4);
  expect(cardOf()).toHaveTextContent("238 XP to level 9");
});

test("the card ends at the gate, and shows the reward after it", async () => {
  show();
  await pass(LAST_STEP * 4 + 60);
  expect(cardOf()).toHaveTextContent("Level 10");
  expect(cardOf()).toHaveTextContent("14 free days at level 25");
  expect(within(cardOf()).queryByRole("button")).toBeNull();
});

test("on the sample board members pass each other, best first at every moment", async () => {
  show();
  const board = () => within(screen.getByRole("list", { name: "Around Robin" })).getAllByRole("listitem");
  const before = board().findIndex((row) => row.textContent?.includes("Robin"));
  for (let step = 0; step < 12; step += 1) {
    await pass(3);
    const sums = board().map((row) => Number(/([\d,]+) XP$/.exec(row.textContent ?? "")?.[1]?.replace(",", "")));
    expect(sums).toEqual([...sums].sort((one, other) => other - one));
  }
  expect(board().findIndex((row) => row.textContent?.includes("Robin"))).toBeLessThan(before);
});

test("a screen reader is told what the sample shows once, and hears none of its awards", async () => {
  show();
  await pass(10);
  expect(within(cardOf()).queryByRole("status")).toBeNull();
  expect(within(cardOf()).queryByRole("meter")).toBeNull();
  expect(cardOf()).toHaveTextContent("The next reward is 7 free days at level 10.");
});
