import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { PropsWithChildren } from "react";
import { createChangeLog } from "@/components/leaderboard/change-log";
import type { Me } from "@/components/member-page/member-page-data";
import { useMe } from "@/components/member-page/use-me";
import { useNews } from "@/components/member-page/use-news";
import type { BoardChange } from "@/services/leaderboard/news";
import { apiAnswers } from "@/tests/support/page-api";
import { VIEWER } from "@/tests/support/sample-board";
import { aCard, aLadder, NOTHING_MULTIPLIED } from "@/tests/support/sample-member";

type Line = { onChanged(changes: BoardChange[]): void };
const mockLine: { is?: Line } = {};
/** What Realtime would tell is told by the test. */
jest.mock("@/components/live/keep-line", () => ({
  keepLine: (line: Line) => {
    mockLine.is = line;
    return { stop: () => undefined };
  },
}));

afterEach(() => jest.useRealTimers());

const passSeconds = (seconds: number) => act(() => jest.advanceTimersByTimeAsync(seconds * 1_000));

const DATA = {
  experienceId: "exp_1",
  viewer: VIEWER,
  card: aCard(240, { version: 1 }),
  ladder: aLadder(),
  boosts: [],
  rates: { rates: [], dailyXpCap: null, paused: false, multipliers: NOTHING_MULTIPLIED },
  historyAt: null,
  realtime: { url: "http://127.0.0.1:1", anonKey: "anon" },
};

function listen() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  const wrapper = ({ children }: PropsWithChildren) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const log = createChangeLog(VIEWER);
  return renderHook(
    (): Me => {
      useNews(DATA, log);
      return useMe(DATA, false);
    },
    { wrapper },
  );
}

function changeOf(memberId: string, version: number): BoardChange {
  return { memberId, version, left: true };
}

test("own news that were lost are asked for once the board has told of them", async () => {
  jest.useFakeTimers();
  const asked = apiAnswers(({ path }) =>
    path === "/api/me" ? { json: { ...DATA, card: aCard(260, { version: 7 }) } } : { json: {} },
  );
  const { result } = listen();
  await passSeconds(5);
  act(() => mockLine.is?.onChanged([changeOf("user_other", 8), changeOf(VIEWER.userId, 7)]));
  await passSeconds(3);
  expect(result.current.card.version).toBe(7);
  expect(asked.filter(({ path }) => path === "/api/me")).toHaveLength(1);

  // What is known already, and what is of others, is no reason to ask.
  act(() => mockLine.is?.onChanged([changeOf("user_other", 9), changeOf(VIEWER.userId, 7)]));
  await passSeconds(3);
  expect(asked.filter(({ path }) => path === "/api/me")).toHaveLength(1);
});
