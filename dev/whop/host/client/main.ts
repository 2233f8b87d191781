import { sourceOf } from "../page";
import type { Person } from "../people";
import type { Snapshot } from "../snapshot";
import { ask } from "./ask";
import { createChat } from "./chat";
import * as choice from "./choices";
import { createComposer } from "./composer";
import { createCourse } from "./course";
import { byId, clock, element } from "./dom";
import { startDrawers } from "./drawers";
import { createForum } from "./forum";
import { showInbox } from "./inbox";
import { listen } from "./live";
import { createPeopleList } from "./people";
import { createPlaceList } from "./places";
import { showWebhooks } from "./webhooks";
import { startWhopHost } from "./whop-host";

const CALLS_SHOWN = 20;

const choices = choice.readChoices();
const { opening } = choices;
/** WEE5's page of this community. */
const homeId = opening.places.find(({ kind }) => kind === "app")?.id ?? opening.placeId;
const app = byId<HTMLIFrameElement>("app");
const chat = createChat();
const composer = createComposer();
const forum = createForum();
const course = createCourse();
const drawers = startDrawers();
const peopleList = createPeopleList(chooseUser);
const placeList = createPlaceList(opening.places, choosePlace);
const unread = new Map<string, number>();
let people: Person[] = [];
let stopListening: () => void = () => undefined;

const host = startWhopHost(app, choices, { goTo, pulse, note });

function me(): Person | undefined {
  return people.find(({ id }) => id === choices.userId);
}

/** Where the composer writes: the chat that is shown, else the community's first. */
function chatPlace() {
  const place = choice.placeOf(choices);
  return place?.kind === "chat" ? place : opening.places.find(({ kind }) => kind === "chat");
}

function render(): void {
  const person = me();
  const { userId, placeId } = choices;
  peopleList.show(people, userId);
  placeList.show({ placeId, onTeam: person?.onTeam ?? false, unread });
  composer.show(person, chatPlace());
  chat.setReader(userId, person?.hasAccess ?? false);
  forum.setReader(person);
  course.setReader(person);
  // The team has access without one.
  byId("membership").hidden = !person || person.onTeam;
  byId("membership").textContent = person?.hasAccess ? "End the membership" : "Begin a membership";
}

function chooseUser(userId: string): void {
  if (userId === choices.userId) return;
  choices.userId = userId;
  const isTeams = choice.placeOf(choices)?.isForTeam ?? false;
  if (isTeams && !people.find(({ id }) => id === userId)?.onTeam) choices.placeId = homeId;
  choice.keepInAddress(choices);
  choice.keepUser(choices);
  showPlace();
  loadApp();
  restart();
}

function choosePlace(placeId: string): void {
  const isAgain = choices.placeId === placeId;
  choices.placeId = placeId;
  choice.keepInAddress(choices);
  drawers.close();
  showPlace();
  const path = choice.placeOf(choices)?.path;
  if (path && (isAgain || path !== shownPath)) loadApp();
  render();
}

let shownPath = choice.placeOf(choices)?.path ?? null;

/** Whop leaves no entry in the history for what its iframe shows. */
function loadApp(): void {
  shownPath = choice.placeOf(choices)?.path ?? shownPath ?? `/experiences/${homeId}`;
  const source = sourceOf({ proxyUrl: opening.proxyUrl, userId: choices.userId }, shownPath);
  app.contentWindow?.location.replace(source);
}

function showPlace(): void {
  const place = choice.placeOf(choices);
  const isApp = place === undefined || place.path !== null;
  byId("stage").hidden = !isApp;
  for (const [kind, view] of [["chat", chat] as const, ["forum", forum] as const, ["course", course] as const]) {
    const isShown = place?.kind === kind;
    byId(kind).hidden = !isShown;
    if (isShown) byId(`${kind}-title`).textContent = place.name;
    view.show(isShown ? place.id : null).catch((error: unknown) => away(String(error)));
  }
  if (place?.kind === "chat") unread.delete(place.id);
}

/** A link into this Whop, as the app would open it: to a place, or to the community itself. */
function goTo(url: URL): boolean {
  if (url.origin !== location.origin) return false;
  const names = url.pathname.split("/");
  const place = opening.places.find(({ id }) => names.includes(id)) ?? chatPlace();
  if (place) choosePlace(place.id);
  return true;
}

function pulse(): void {
  const stage = byId("stage");
  stage.classList.remove("pulse");
  void stage.offsetWidth; // else the animation would not begin anew
  stage.classList.add("pulse");
}

function note(call: string, detail: string): void {
  const list = byId("calls");
  list.querySelector(".empty")?.remove();
  const at = new Date().toISOString();
  const row = element(
    "li",
    {},
    element("p", {}, element("span", { class: "who" }, call), element("time", { datetime: at }, clock(at))),
    element("p", {}, element("span", {}, detail)),
  );
  list.prepend(row);
  while (list.children.length > CALLS_SHOWN) list.lastElementChild?.remove();
}

function away(reason: string | null): void {
  const line = byId("away");
  if (line.textContent !== (reason ?? "")) line.textContent = reason;
}

function take(snapshot: Snapshot): void {
  const { memberCount, messagesPerMinute, isWriting, faults, deliveries, inbox } = snapshot;
  const number = new Intl.NumberFormat();
  byId("pulse").textContent =
    `${number.format(memberCount)} members, ${number.format(messagesPerMinute)} messages a minute`;
  byId("writing-label").hidden = isWriting === null;
  byId<HTMLInputElement>("writing").checked = isWriting === true;
  byId("planned").replaceChildren(...faults.map((words) => element("li", {}, words)));
  byId("clear-faults").hidden = faults.length === 0;
  showWebhooks(deliveries);
  people = snapshot.people;
  showInbox(inbox, me()?.name ?? "this person");
  render();
}

function restart(): void {
  stopListening();
  stopListening = listen(homeId, choices.userId, {
    snapshot: take,
    away,
    message: (message, isNew) => {
      chat.take(message);
      if (isNew) countUnread(message.experienceId);
    },
    deleted: (messageId) => chat.drop(messageId),
    forum: (experienceId) => void forum.changed(experienceId),
  });
  render();
}

function countUnread(placeId: string | null): void {
  if (placeId === null || placeId === choices.placeId) return;
  unread.set(placeId, (unread.get(placeId) ?? 0) + 1);
  render();
}

function startControls(): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="theme"]')) {
    radio.checked = radio.value === choices.appearance;
    radio.addEventListener("change", () => {
      choices.appearance = radio.value === "dark" ? "dark" : "light";
      choice.keepAppearance(choices.appearance);
      host.tellTheme(choices.appearance);
    });
  }
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="screen"]')) {
    radio.checked = radio.value === choices.screen;
    radio.addEventListener("change", () => {
      choices.screen = radio.value === "desktop" ? "desktop" : "phone";
      choice.keepScreen(choices.screen);
      byId("stage").dataset.screen = choices.screen;
    });
  }
  byId("stage").dataset.screen = choices.screen;
  const writing = byId<HTMLInputElement>("writing");
  writing.addEventListener("change", () => void ask("POST", "/members", { writing: writing.checked }));
  for (const chip of document.querySelectorAll<HTMLButtonElement>("[data-plan]")) {
    chip.addEventListener("click", () => void ask("POST", "/faults", JSON.parse(chip.dataset.plan ?? "{}")));
  }
  byId("membership").addEventListener("click", () => {
    const body = { companyId: opening.company.id, userId: choices.userId, active: !me()?.hasAccess };
    void ask("POST", "/memberships", body);
  });
  byId("clear-faults").addEventListener("click", () => void ask("DELETE", "/faults"));
  window.addEventListener("focus", () => choice.keepUser(choices));
}

startControls();
showPlace();
restart();
