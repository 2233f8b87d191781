import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { Theme } from "frosted-ui";
import { RewardsPage } from "@/components/dashboard/rewards/rewards-page";
import { Providers } from "@/components/providers";
import { LocaleProvider } from "@/components/ui/locale-context";
import type { Queue, QueueEntry } from "@/services/rewards/queue";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";

// jsdom has none; a switch makes one of every click.
beforeAll(() => Object.assign(window, { PointerEvent: MouseEvent }));
beforeEach(() => readerHas({ width: 1280, reducedMotion: true }));

const NOW = Date.parse("2026-11-21T12:00:00Z");
const REWARD = "b0b0b0b0-0000-4000-8000-000000000001";

function anEntry(more: Partial<QueueEntry> = {}): QueueEntry {
  return {
    rewardId: REWARD,
    member: { userId: "user_nina", name: "Nina Petrova", username: "nina", pictureUrl: null },
    level: 5,
    streakDays: null,
    type: "free_days",
    value: { days: 3 },
    note: null,
    state: "needs_attention",
    waitsFor: null,
    problem: { kind: "unknown_outcome", means: "Whop did not say whether this arrived.", toDo: "Look on Whop." },
    lastError: "The answer did not come within 15 s",
    calls: 2,
    nextAttemptAt: null,
    deliveredAt: null,
    deliveredHow: null,
    codeEnd: null,
    grantedBy: null,
    cancelledBecause: null,
    levelLostAt: null,
    dueAt: "2026-11-21T10:00:00Z",
    changedAt: "2026-11-21T11:00:00Z",
    seen: "1789000000000000",
    actions: ["retry", "settle_sent", "settle_not_sent", "cancel"],
    ...more,
  };
}

function aQueue(rewards: QueueEntry[], more: Partial<Queue> = {}): Queue {
  return {
    rewards,
    nextCursor: null,
    counts: { attention: rewards.length, on_its_way: 0, delivered: 12, cancelled: 0 },
    budget: { freeDaysPerMonth: 100, usedThisMonth: 22, waiting: 1, month: "2026-11-01", timeZone: "Europe/Berlin" },
    differences: { checkedAt: null, failedAt: null, found: [] },
    ...more,
  };
}

type Shown = Partial<Parameters<typeof RewardsPage>[0]>;

function show(first: Queue, more: Shown = {}) {
  return render(
    <Theme appearance="inherit" hasBackground={false}>
      <LocaleProvider locale="en">
        <Providers>
          <RewardsPage
            companyId="biz_1"
            first={first}
            firstGroup="attention"
            canChange
            isConfirmed
            now={NOW}
            {...more}
          />
        </Providers>
      </LocaleProvider>
    </Theme>,
  );
}

/** Phones have cards in place of the table; style sheets, which jsdom has none of, show one of the two. */
const table = () => within(screen.getByRole("table"));
const rowOf = (name: string) => table().getByRole("row", { name: new RegExp(name) });
const decide = (name: RegExp) => act(async () => fireEvent.click(table().getByRole("button", { name })));
const press = (name: string | RegExp) => act(async () => fireEvent.click(screen.getByRole("button", { name })));

test.each<[string, Partial<QueueEntry>, RegExp]>([
  [
    "needs a person",
    {},
    /Needs you.*did not say whether this arrived\. Look on Whop\..*Last attempt: The answer did not come within 15 s/,
  ],
  ["is not confirmed", { state: "due", problem: null, lastError: null }, /Not confirmed.*once an admin has confirmed/],
  ["is on its way", { state: "sending", problem: null, lastError: null }, /On its way.*usually within a minute/],
  [
    "is tried again",
    { state: "sending", problem: null, lastError: "Whop does not answer", nextAttemptAt: "2026-11-21T12:04:00Z" },
    /Trying again.*Whop does not answer\. Next try today at 1:04.PM\./,
  ],
  [
    "waits for the budget",
    { state: "confirmed", problem: null, waitsFor: "budget" },
    /Next month.*when you raise the limit/,
  ],
  [
    "waits for a membership",
    { state: "waiting", problem: null, waitsFor: "membership" },
    /Waits.*no active membership/,
  ],
  [
    "was found at Whop",
    { state: "delivered", problem: null, deliveredHow: "found", deliveredAt: "2026-11-20T10:00:00Z" },
    /Delivered.*answer got lost; found there afterwards, on November 20 at 11:00.AM\./,
  ],
  [
    "is a code whose level was lost",
    {
      state: "delivered",
      problem: null,
      deliveredHow: "sent",
      deliveredAt: "2026-11-21T10:00:00Z",
      codeEnd: "M9XA",
      levelLostAt: "2026-11-21T11:00:00Z",
    },
    /Code ends in M9XA\. Its level was lost since; what was sent stays\./,
  ],
  [
    "was cancelled with its level",
    { state: "cancelled", problem: null, cancelledBecause: "level_lost" },
    /Cancelled.*comes back with the level/,
  ],
])("a reward that %s says so, and why", (_, entry, words) => {
  show(aQueue([anEntry(entry)]));
  expect(rowOf("Nina Petrova")).toHaveTextContent(words);
});

test("a reward says whose it is and where it comes from, on phones too", () => {
  const byHand = { rewardId: "two", level: null, grantedBy: { userId: "user_dana", name: "Dana Ruiz" } };
  show(aQueue([anEntry(), anEntry({ ...byHand, member: { ...anEntry().member, name: null } })]));
  expect(rowOf("Nina Petrova")).toHaveTextContent("3 free daysLevel 5");
  expect(rowOf("^nina")).toHaveTextContent("By hand, by Dana Ruiz");
  expect(within(screen.getByRole("list", { name: "Rewards" })).getAllByRole("listitem")).toHaveLength(2);
});

test("what cannot be taken back is asked about first, with what it leads to", async () => {
  const asked = apiAnswers(() => ({ json: aQueue([]) }));
  show(aQueue([anEntry()]));
  await decide(/^It did not arrive/);
  const dialog = await screen.findByRole("alertdialog", { name: "Send 3 free days to Nina Petrova once more?" });
  expect(dialog).toHaveTextContent("If it did arrive after all, Nina Petrova gets it twice.");
  await press("Leave it open");
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(asked).toEqual([]);

  await decide(/^Cancel reward/);
  expect(await screen.findByRole("alertdialog")).toHaveTextContent("Reaching the level again does not bring it back");
});

test("a decision names the reward as it was seen; then the list is as it is now, and the keyboard goes on there", async () => {
  const asked = apiAnswers(({ method }) => ({ json: method === "POST" ? {} : aQueue([]) }));
  show(aQueue([anEntry()]));
  await decide(/^It arrived/);
  await press("Yes, it arrived");
  expect(asked[0]).toMatchObject({
    method: "POST",
    path: "/api/rewards",
    json: { experienceId: "biz_1", action: "settle_sent", rewardId: REWARD, seen: "1789000000000000" },
  });
  expect(await screen.findByText("Nothing needs you")).toBeInTheDocument();
  expect(await screen.findByText("3 free days for Nina Petrova: marked as delivered")).toBeInTheDocument();
  await waitFor(() => expect(screen.getByRole("heading", { name: "Needs you" })).toHaveFocus());
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(screen.getByRole("heading", { name: "Needs you" })).toHaveFocus();
});

test("a reward that has changed since is left alone, and the list is read again", async () => {
  const message = "This reward has changed since. Look at it again, then decide.";
  const asked = apiAnswers(({ method }) =>
    method === "POST" ? { status: 409, json: { error: { code: "conflict", message } } } : { json: aQueue([]) },
  );
  show(aQueue([anEntry()]));
  await decide(/^Retry/);
  expect(await screen.findByText("Nothing has changed")).toBeInTheDocument();
  expect(screen.getByText(`${message} The list is up to date now.`)).toBeInTheDocument();
  expect(asked.map(({ method }) => method)).toEqual(["POST", "GET"]);
});

test("moderators read, and can do nothing", () => {
  show(aQueue([anEntry({ actions: [] })]), { canChange: false });
  expect(table().queryByRole("button")).toBeNull();
  expect(screen.queryByRole("button", { name: "Give a reward" })).toBeNull();
  expect(screen.queryByRole("switch")).toBeNull();
  expect(screen.getByText("22 of 100 free days given this month")).toBeInTheDocument();
});

test("another group is asked for, and says where it stands while it loads, fails and is empty", async () => {
  let works = false;
  const asked = apiAnswers(() => (works ? { json: aQueue([]) } : { status: 503, json: {} }));
  show(aQueue([anEntry()]));
  fireEvent.click(screen.getByRole("tab", { name: /Delivered/ }));
  expect(await screen.findByText("Loading rewards")).toBeInTheDocument();
  expect(await screen.findByText("The rewards did not load", {}, { timeout: 10_000 })).toBeInTheDocument();
  expect(asked[0]?.query.get("state")).toBe("delivered");
  works = true;
  await press("Try again");
  expect(await screen.findByText("Nothing has been delivered yet")).toBeInTheDocument();
}, 20_000);

test("more is loaded when asked for, with none twice", async () => {
  const asked = apiAnswers(() => ({
    json: aQueue([anEntry(), anEntry({ rewardId: "two", member: { ...anEntry().member, name: "Kofi" } })]),
  }));
  show(aQueue([anEntry()], { nextCursor: "next" }));
  await press("Show more");
  expect(await table().findByText("Kofi")).toBeInTheDocument();
  expect(table().getAllByText("Nina Petrova")).toHaveLength(1);
  expect(asked[0]?.query.get("cursor")).toBe("next");
});

describe("the budget", () => {
  test("says what is used, and what waits", () => {
    show(aQueue([]));
    expect(screen.getByText("22 of 100 free days given this month")).toBeInTheDocument();
    expect(screen.getByText(/1 reward waits for next month, or for a higher limit\./)).toBeInTheDocument();
    expect(screen.getByRole("meter", { name: "Free days given this month" })).toHaveAttribute("aria-valuenow", "22");
  });

  test("is lifted by a switch, sent as no limit", async () => {
    const asked = apiAnswers(({ method }) => ({ json: method === "POST" ? {} : aQueue([]) }));
    show(aQueue([]));
    expect(screen.getByRole("button", { name: "Save limit" })).toHaveAttribute("aria-disabled", "true");
    await act(async () => fireEvent.click(screen.getByRole("switch", { name: "Limit free days a month" })));
    await press("Save limit");
    expect(asked[0]?.json).toEqual({ experienceId: "biz_1", action: "budget", freeDaysPerMonth: null });
  });

  test("keeps what was chosen where it could not be saved, and says why", async () => {
    apiAnswers(() => ({ status: 503, json: { error: { code: "unavailable", message: "Not now." } } }));
    show(aQueue([]));
    await act(async () => fireEvent.click(screen.getByRole("switch", { name: "Limit free days a month" })));
    await press("Save limit");
    expect(await screen.findByText("Not saved: Not now.")).toBeInTheDocument();
    expect(screen.getByRole("switch", { name: "Limit free days a month" })).not.toBeChecked();
  });
});

test("what Whop has otherwise is listed with what it means", () => {
  const found = [
    {
      kind: "days_missing" as const,
      severity: "warning" as const,
      rewardId: REWARD,
      member: anEntry().member,
      whopId: "mem_1",
      codeEnd: null,
      expectedUntil: "2026-12-20T12:00:00Z",
      foundUntil: "2026-12-17T12:00:00Z",
      means: "It now ends earlier than it did then.",
      firstSeenAt: "2026-11-21T03:00:00Z",
    },
  ];
  show(aQueue([], { differences: { checkedAt: "2026-11-21T03:00:00Z", failedAt: null, found } }));
  expect(screen.getByText("Whop differs in one place")).toBeInTheDocument();
  expect(screen.getByText(/ends earlier than it did then\. Then December 20, now December 17\./)).toBeInTheDocument();
});

describe("giving by hand", () => {
  const board = {
    leaderboard: [
      { user_id: "user_kofi", name: "Kofi Mensah", username: "kofi" },
      { user_id: "anon_1", name: null, username: null },
    ],
  };

  async function open(answer: () => { status?: number; json: object } = () => ({ json: { rewardId: REWARD } })) {
    const asked = apiAnswers(({ method, path }) => {
      if (path === "/api/leaderboard") return { json: board };
      return method === "POST" ? answer() : { json: aQueue([]) };
    });
    show(aQueue([]));
    await press("Give a reward");
    await screen.findByRole("dialog", { name: "Give a reward" });
    return asked;
  }

  async function choose(typed: string, name: string) {
    const input = screen.getByRole("combobox", { name: "Member" });
    // As a keyboard does it: what fills fields by itself opens no list.
    await act(async () => fireEvent.input(input, { target: { value: typed }, inputType: "insertText" }));
    fireEvent.click(await screen.findByRole("option", { name }));
  }

  const give = () => act(async () => fireEvent.click(screen.getByRole("button", { name: "Give reward" })));

  test("finds the member by name, says what it does, and sends it once per opening", async () => {
    const asked = await open();
    await choose("kof", "Kofi Mensah (@kofi)");
    expect(
      screen.getByText(/Kofi Mensah \(@kofi\) gets 3 free days\. .* 78 free days are left this month\./),
    ).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("Note to the member"), { target: { value: " Thank you " } });
    await give();
    const sent = asked.find(({ method }) => method === "POST");
    expect(sent?.json).toEqual({
      experienceId: "biz_1",
      action: "grant",
      userId: "user_kofi",
      type: "free_days",
      value: { days: 3 },
      note: "Thank you",
    });
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Give a reward" })).toBeNull());
  });

  test("is one reward however often it is sent from one opening, and another from the next", async () => {
    let works = false;
    const asked = await open(() =>
      works
        ? { json: { rewardId: REWARD } }
        : { status: 503, json: { error: { code: "unavailable", message: "No." } } },
    );
    await choose("kof", "Kofi Mensah (@kofi)");
    await give();
    await screen.findByText("Not given: No.");
    works = true;
    await give();
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Give a reward" })).toBeNull());
    await press("Give a reward");
    await choose("kof", "Kofi Mensah (@kofi)");
    await give();
    const keys = asked.filter(({ method }) => method === "POST").map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), keys[0], expect.any(String)]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test("finds who has a name by the user id as well", async () => {
    await open();
    await choose("user_kofi", "Kofi Mensah (@kofi)");
    expect(screen.getByRole("combobox", { name: "Member" })).toHaveValue("Kofi Mensah (@kofi)");
  });

  test("takes a user id that is on no board", async () => {
    const asked = await open();
    await choose("user_hidden1", "user_hidden1");
    fireEvent.click(screen.getByRole("radio", { name: "Badge" }));
    fireEvent.change(await screen.findByLabelText("Name of the badge"), { target: { value: "Night owl" } });
    await give();
    expect(asked.find(({ method }) => method === "POST")?.json).toMatchObject({
      userId: "user_hidden1",
      type: "badge",
      value: { name: "Night owl" },
    });
  });

  test("keeps all that was filled in where it was refused", async () => {
    await open(() => ({
      status: 404,
      json: { error: { code: "not_found", message: "There is no such member in this community." } },
    }));
    await choose("user_nobody", "user_nobody");
    await give();
    expect(await screen.findByRole("alert")).toHaveTextContent("Not given: There is no such member in this community.");
    expect(screen.getByRole("combobox", { name: "Member" })).toHaveValue("user_nobody");
  });
});

test("axe finds nothing, with a question open and without", async () => {
  show(aQueue([anEntry()]));
  expect(await findingsOf(document.body)).toEqual([]);
  await decide(/^Cancel reward/);
  await screen.findByRole("alertdialog");
  expect(await findingsOf(document.body)).toEqual([]);
});
