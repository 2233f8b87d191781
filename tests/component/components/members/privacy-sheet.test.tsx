import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { PrivacySheet } from "@/components/members/privacy-sheet";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";

beforeEach(() => {
  readerHas({ width: 1280, reducedMotion: true });
  // jsdom has no pointers; a radio button asks for their events when it is clicked.
  window.PointerEvent ??= MouseEvent as typeof PointerEvent;
});

const WISHES = { notifications: true, streakWarning: false };

function show(more: Partial<Parameters<typeof PrivacySheet>[0]> = {}) {
  const done = () => Promise.resolve();
  return render(
    <PrivacySheet
      isOpen
      onOpenChange={jest.fn()}
      visibility="public"
      onChange={done}
      onDownload={done}
      onDelete={done}
      messages={{ wishes: WISHES, hasFailed: false, onRetry: jest.fn(), onChange: done }}
      {...more}
    />,
  );
}

const radio = (name: string) => screen.getByRole("radio", { name });

async function openDeletion() {
  fireEvent.click(screen.getByRole("button", { name: "Delete my data" }));
  return screen.findByRole("alertdialog", { name: "Delete your data here?" });
}

const confirmButton = () =>
  screen.getAllByRole("button", { name: "Delete my data", hidden: true }).at(-1) as HTMLElement;

test("the choice says what each means, and which holds", () => {
  show({ visibility: "anonymous" });
  expect(radio("Anonymous")).toBeChecked();
  expect(radio("Public")).toHaveAccessibleDescription("Name, picture and rank on the board, as everybody else.");
  expect(radio("Anonymous")).toHaveAccessibleDescription("You keep your rank. Others see neither name nor picture.");
  expect(radio("Hidden")).toHaveAccessibleDescription("You are on no board and hold no rank.");
});

test("a choice is sent at once", async () => {
  const onChange = jest.fn(() => Promise.resolve());
  show({ onChange });
  await act(async () => fireEvent.click(radio("Hidden")));
  expect(onChange).toHaveBeenCalledWith("hidden");
});

test("a choice that was not saved goes back, and says so", async () => {
  show({ onChange: () => Promise.reject(new Error("no")) });
  await act(async () => fireEvent.click(radio("Hidden")));
  expect(radio("Public")).toBeChecked();
  expect(screen.getByText("That was not saved. Nothing has changed; try again.")).toBeInTheDocument();
});

const messageSwitch = () => screen.getByRole("switch", { name: "Tell me about levels and rewards" });
const messages = (more: Partial<Parameters<typeof PrivacySheet>[0]["messages"]>) => ({
  messages: { wishes: WISHES, hasFailed: false, onRetry: jest.fn(), onChange: () => Promise.resolve(), ...more },
});

test("messages are switched off at once, and the switch waits until it holds", async () => {
  const settled: (() => void)[] = [];
  const onChange = jest.fn(() => new Promise<void>((resolve) => settled.push(resolve)));
  show(messages({ onChange }));
  expect(messageSwitch()).toBeChecked();
  await act(async () => fireEvent.click(messageSwitch()));
  expect(onChange).toHaveBeenCalledWith({ notifications: false, streakWarning: false });
  expect(messageSwitch()).not.toBeChecked();
  await act(async () => fireEvent.click(messageSwitch()));
  expect(onChange).toHaveBeenCalledTimes(1);
  await act(async () => settled[0]?.());
});

test("the word in the evening is off until it is asked for, and without messages cannot be", async () => {
  const onChange = jest.fn(() => Promise.resolve());
  const evening = () => screen.getByRole("switch", { name: "Tell me in the evening when my streak would end" });
  const { unmount } = show(messages({ onChange }));
  expect(evening()).not.toBeChecked();
  await act(async () => fireEvent.click(evening()));
  expect(onChange).toHaveBeenCalledWith({ notifications: true, streakWarning: true });
  unmount();
  show(messages({ wishes: { notifications: false, streakWarning: true } }));
  expect(evening()).not.toBeChecked();
  expect(evening()).toHaveAttribute("aria-disabled", "true");
});

test("a choice of messages that was not saved goes back, and says so", async () => {
  show(messages({ onChange: () => Promise.reject(new Error("no")) }));
  await act(async () => fireEvent.click(messageSwitch()));
  expect(messageSwitch()).toBeChecked();
  expect(screen.getByText("That was not saved. Nothing has changed; try again.")).toBeInTheDocument();
});

test("the choice of messages that did not load can be asked for again", () => {
  const onRetry = jest.fn();
  show(messages({ wishes: undefined, hasFailed: true, onRetry }));
  expect(screen.queryByRole("switch")).toBeNull();
  expect(screen.getByRole("alert")).toHaveTextContent("Your choice did not load. It holds as it was.");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test("the download can be tried again where it did not start", async () => {
  const onDownload = jest.fn().mockRejectedValueOnce(new Error("no")).mockResolvedValueOnce(undefined);
  show({ onDownload });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Download my data" })));
  expect(screen.getByText("The download did not start. Try again.")).toBeInTheDocument();
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Download my data" })));
  expect(screen.queryByText("The download did not start. Try again.")).toBeNull();
});

test("deletion says what goes and what is kept", async () => {
  show();
  const dialog = await openDeletion();
  expect(dialog).toHaveTextContent("Your XP, level, rank, history and profile in this community go");
  expect(dialog).toHaveTextContent("This cannot be undone.");
  expect(dialog).toHaveTextContent("A note of them is kept, so that they are not paid twice.");
});

test("nothing is deleted before the word is typed, by click or by Enter", async () => {
  const onDelete = jest.fn(() => Promise.resolve());
  show({ onDelete });
  await openDeletion();
  const input = screen.getByLabelText(/to confirm/);
  expect(confirmButton()).toBeDisabled();
  fireEvent.change(input, { target: { value: "delet" } });
  expect(confirmButton()).toBeDisabled();
  fireEvent.submit(input);
  expect(onDelete).not.toHaveBeenCalled();

  fireEvent.change(input, { target: { value: " Delete " } });
  await act(async () => fireEvent.submit(input));
  expect(onDelete).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
});

test("a deletion that failed says that nothing is gone", async () => {
  show({ onDelete: () => Promise.reject(new Error("no")) });
  await openDeletion();
  const input = screen.getByLabelText(/to confirm/);
  fireEvent.change(input, { target: { value: "delete" } });
  await act(async () => fireEvent.submit(input));
  expect(screen.getByText("Nothing was deleted: that did not work. Try again.")).toBeInTheDocument();
});

test("who opens the deletion again has to type the word again", async () => {
  show();
  await openDeletion();
  fireEvent.change(screen.getByLabelText(/to confirm/), { target: { value: "delete" } });
  fireEvent.click(screen.getByRole("button", { name: "Keep my data" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  await openDeletion();
  expect(screen.getByLabelText(/to confirm/)).toHaveValue("");
});

test("axe finds nothing, with the deletion open and without", async () => {
  show();
  expect(await findingsOf(document.body)).toEqual([]);
  await openDeletion();
  expect(await findingsOf(document.body)).toEqual([]);
});
