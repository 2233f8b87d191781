import "@testing-library/jest-dom";
import { act, render, screen } from "@testing-library/react";
import { useWhopFrame, WhopFrameProvider } from "@/components/frame/whop-frame";
import { aWhopAround } from "@/tests/support/whop-around";

const host = aWhopAround({ appId: "app_1", origin: "https://whop.com" });

function Page() {
  const { connection, openLink, haptic } = useWhopFrame();
  const both = () => {
    haptic("impact");
    openLink("https://example.com/");
  };
  return (
    <button type="button" onClick={both}>
      {connection}
    </button>
  );
}

test("a host that never answers is found silent after the SDK's patience, and links then open by themselves", async () => {
  jest.useFakeTimers();
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  const opened: unknown[] = [];
  window.open = (address) => {
    opened.push(address);
    return null;
  };
  host.stand({});
  render(
    <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
      <Page />
    </WhopFrameProvider>,
  );
  await act(() => jest.advanceTimersByTimeAsync(5_000));
  expect(host.told("ping")).toEqual(["ping"]);
  expect(screen.getByRole("button")).toHaveTextContent("outside");

  await act(() => jest.advanceTimersByTimeAsync(15_000));
  expect(screen.getByRole("button")).toHaveTextContent("silent");
  act(() => screen.getByRole("button").click());
  expect(opened).toEqual(["https://example.com/"]);
  expect(host.told("performHaptic")).toEqual([]);
  jest.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rejections).toEqual([]);
  process.off("unhandledRejection", note);
});
