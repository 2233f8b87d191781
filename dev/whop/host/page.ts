import type { World } from "../world";
import { MISBEHAVIOURS } from "./misbehaviour";
import type { FrameTarget } from "./target";

export interface Place {
  id: string;
  name: string;
  kind: "chat" | "forum" | "course" | "app" | "dashboard" | "discover";
  /** What the iframe shows of it; null where WEE5 is not to be seen. */
  path: string | null;
  /** Only the team sees it. */
  isForTeam: boolean;
}

/** What the page's scripts begin with. */
export interface Opening {
  appId: string;
  proxyUrl: string;
  userId: string;
  company: { id: string; title: string; route: string };
  places: Place[];
  placeId: string;
}

export interface PageOptions {
  world: World;
  appId: string;
  target: FrameTarget;
  /** From the address: another user, another experience, the place to begin with. */
  userId: string;
  experienceId: string;
  placeId: string | undefined;
  appearance: "light" | "dark" | undefined;
}

/** The Whop-like page around the app: one iframe, seen by one user, with what makes the simulated Whop move beside it. */
export function hostPage(options: PageOptions): string {
  const opening = openingOf(options);
  const place = opening.places.find(({ id }) => id === opening.placeId);
  const source = sourceOf(opening, place?.path ?? `/experiences/${encodeURIComponent(options.experienceId)}`);
  const { title } = opening.company;
  return `<!doctype html>
<html lang="en"${options.appearance ? ` class="${options.appearance}"` : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}, simulated Whop</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/frame/host.css">
<script type="module" src="/frame/host.js"></script>
<script type="application/json" id="opening">${JSON.stringify(opening).replaceAll("<", "\\u003c")}</script>
</head>
<body>
<header>
  <button class="narrow" type="button" id="open-places" aria-expanded="false" aria-controls="places">Places</button>
  ${TALLY}
  <h1>Whop simulator</h1>
  <p class="wide">${escapeHtml(title)}, sample data</p>
  <p id="pulse" class="wide"></p>
  <button class="narrow" type="button" id="open-controls" aria-expanded="false" aria-controls="controls">Controls</button>
</header>
<nav id="places" aria-label="Places">
  <p class="community"><span aria-hidden="true">${escapeHtml([...title][0] ?? "")}</span>${escapeHtml(title)}</p>
  <ul id="place-list"></ul>
</nav>
<main>
  <div id="stage" data-screen="phone">
    <iframe id="app" title="WEE5" src="${escapeHtml(source)}" allow="clipboard-write"></iframe>
  </div>
  <section id="chat" hidden aria-labelledby="chat-title">
    <h2 id="chat-title"></h2>
    <ol id="chat-messages"></ol>
  </section>
  <section id="forum" hidden aria-labelledby="forum-title">
    <h2 id="forum-title"></h2>
    <form id="new-post">
      <label for="post-text" id="post-label">Post</label>
      <textarea id="post-text" name="text" rows="2" maxlength="5000" placeholder="What I learned this week"></textarea>
      <button type="submit" class="chip">Post</button>
      <p id="post-note" role="status"></p>
    </form>
    <ol id="posts"></ol>
  </section>
  <section id="course" hidden aria-labelledby="course-title">
    <h2 id="course-title"></h2>
    <button type="button" class="chip" id="finish-lesson">Finish the next lesson</button>
    <p id="course-note" role="status"></p>
    <ol id="lessons"></ol>
  </section>
</main>
<aside id="controls" aria-label="Controls">
  <section aria-labelledby="people-title">
    <h2 id="people-title">You are</h2>
    <ul id="people"></ul>
    <button type="button" class="chip" id="membership" hidden></button>
  </section>
  <section class="settings" aria-label="Settings">
    ${choice("theme", "Theme", ["Dark", "Light"])}
    ${choice("screen", "Screen", ["Phone", "Desktop"])}
    <label class="switch" id="writing-label" hidden>Members keep writing <input type="checkbox" role="switch" id="writing"></label>
  </section>
  <form id="composer">
    <label for="text" id="composer-label">Write</label>
    <div>
      <input id="text" name="text" autocomplete="off" maxlength="2000" placeholder="The tilt-shift came out sharp">
      <button type="submit" aria-label="Send">${SEND}</button>
    </div>
    <p id="composer-note" role="status"></p>
  </form>
  <section aria-labelledby="inbox-title">
    <h2 id="inbox-title">Notifications</h2>
    <ol id="inbox"></ol>
  </section>
  <section aria-labelledby="faults-title">
    <h2 id="faults-title">Make Whop misbehave</h2>
    ${chips("answers", "Its next answer")}
    ${chips("webhooks", "Its next webhook")}
    <ul id="planned" aria-label="Planned"></ul>
    <button type="button" class="chip" id="clear-faults" hidden>Clear what is planned</button>
  </section>
  <section aria-labelledby="webhooks-title">
    <h2 id="webhooks-title">Webhooks</h2>
    <p id="away" role="status"></p>
    <ol id="webhooks"></ol>
  </section>
  <section aria-labelledby="calls-title">
    <h2 id="calls-title">From the app</h2>
    <ol id="calls"><li class="empty">What the app asks of Whop's page is listed here.</li></ol>
  </section>
</aside>
</body>
</html>
`;
}

/** The address in the iframe, which also tells the proxy whose token to add. */
export function sourceOf({ proxyUrl, userId }: Pick<Opening, "proxyUrl" | "userId">, path: string): string {
  const source = new URL(path, proxyUrl);
  source.searchParams.set("sim_user", userId);
  return source.href;
}

function openingOf({ world, appId, target, userId, experienceId, placeId }: PageOptions): Opening {
  const company = world.company(world.experience(experienceId)?.companyId ?? "");
  const places = company ? placesOf(world, company.id) : [];
  return {
    appId,
    proxyUrl: target.proxyUrl,
    userId,
    company: company ?? { id: "", title: "A community", route: "" },
    places,
    placeId: places.find(({ id }) => id === placeId)?.id ?? experienceId,
  };
}

const ORDER = ["chat", "forum", "course", "app"];

function placesOf(world: World, companyId: string): Place[] {
  const experiences = world
    .experiencesOf(companyId)
    .toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
    .map(({ id, name, kind }): Place => {
      return { id, name, kind, path: kind === "app" ? `/experiences/${id}` : null, isForTeam: false };
    });
  return [
    ...experiences,
    { id: "dashboard", name: "Dashboard", kind: "dashboard", path: `/dashboard/${companyId}`, isForTeam: true },
    { id: "discover", name: "Discover", kind: "discover", path: "/discover", isForTeam: false },
  ];
}

function choice(name: string, legend: string, words: string[]): string {
  const options = words.map((word) => {
    const value = word.toLowerCase();
    return `<label><input type="radio" name="${name}" value="${value}"><span>${word}</span></label>`;
  });
  return `<fieldset><legend>${legend}</legend><div>${options.join("")}</div></fieldset>`;
}

function chips(group: keyof typeof MISBEHAVIOURS, title: string): string {
  const buttons = MISBEHAVIOURS[group].map(({ label, hint, plan }) => {
    return `<li><button type="button" class="chip" title="${escapeHtml(hint)}" data-plan="${escapeHtml(JSON.stringify(plan))}">${escapeHtml(label)}</button></li>`;
  });
  return `<h3 id="next-${group}">${title}</h3><ul class="chips" aria-labelledby="next-${group}">${buttons.join("")}</ul>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The app's mark: four strokes, the fifth closes them. */
const TALLY = `<svg viewBox="0 0 32 32" width="22" height="22" fill="none" stroke-width="3" stroke-linecap="round" aria-hidden="true"><path d="M7 6v20M13 6v20M19 6v20M25 6v20" stroke="currentColor"/><path d="M3 22 29 10" stroke="var(--accent)"/></svg>`;

const SEND = `<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true"><path d="m22 2-7 20-4-9-9-4Z"/><path d="M22 2 11 13"/></svg>`;
