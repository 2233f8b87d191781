import "@testing-library/jest-dom";
import { act, render, screen, waitFor } from "@testing-library/react";
import { useWhopFrame, WhopFrameProvider } from "@/components/frame/whop-frame";
import { aWhopAround } from "@/tests/support/whop-around";

const APP_ID = "app_1";
const WHOP = "https://whop.com";

function Page() {
  const { connection, openLink, haptic } = useWhopFrame();
  return (
    <>
      <p role="status">{connection}</p>
      <button type="button" onClick={() => openLink("https://example.com/a")}>
        Outside
      </button>
      <button type="button" onClick={() => openLink("https://whop.com/northlight")}>
        In Whop
      </button>
      <button type="button" onClick={() => openLink("javascript:alert(1)")}>
        Script
      </button>
      <button type="button" onClick={() => haptic("selection")}>
        Tremble
      </button>
    </>
  );
}

const show = () =>
  render(
    <WhopFrameProvider appId={APP_ID} parentOrigins={[WHOP]}>
      <Page />
    </WhopFrameProvider>,
  );

const press = (name: string) => act(() => screen.getByRole("button", { name }).click());
const classes = document.documentElement.classList;
let opened: unknown[][];

/** The SDK keeps the host it has found, as in a browser. */
const host = aWhopAround({ appId: APP_ID, origin: WHOP });

beforeEach(() => {
  host.leave();
  classes.remove("light", "dark");
  opened = [];
  window.open = (...words) => {
    opened.push(words);
    return null;
  };
});

test("outside of any frame links open in a new tab, nothing trembles, and nothing is asked", async () => {
  show();
  press("Tremble");
  press("Outside");
  expect(screen.getByRole("status")).toHaveTextContent("outside");
  expect(opened).toEqual([["https://example.com/a", "_blank", "noopener,noreferrer"]]);
});

test("only web addresses open", () => {
  show();
  press("Script");
  expect(opened).toEqual([]);
});

test("in Whop's frame, links and haptics go through Whop, and a place in Whop opens right there", async () => {
  host.stand({ ping: "pong", getColorTheme: { appearance: "dark" }, onHrefChange: "ok" });
  show();
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("connected"));
  press("Outside");
  press("In Whop");
  press("Tremble");
  await waitFor(() => expect(host.told("performHaptic")).toEqual([{ type: "selection", style: "light" }]));
  expect(host.told("openExternalUrl")).toEqual([
    { url: "https://example.com/a", newTab: true },
    { url: "https://whop.com/northlight", newTab: false },
  ]);
  expect(opened).toEqual([]);
});

test("the page follows Whop's theme, and Whop's accent colour is not ours", async () => {
  host.stand({ ping: "pong", getColorTheme: { appearance: "dark", accentColor: "blue" }, onHrefChange: "ok" });
  const themes: unknown[] = [];
  const listen = (event: Event) => themes.push(event);
  document.documentElement.addEventListener("frosted-ui:set-theme", listen);
  show();
  await waitFor(() => expect([...classes]).toEqual(["dark"]));
  host.ask("onColorThemeChange", { appearance: "light", accentColor: "blue" });
  await waitFor(() => expect([...classes]).toEqual(["light"]));
  // frosted-ui's Theme listens for it there.
  expect(themes).toEqual([]);
  document.documentElement.removeEventListener("frosted-ui:set-theme", listen);
});
