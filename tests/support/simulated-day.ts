import { type Random, seededRandom } from "@/dev/whop/random";
import type { World } from "@/dev/whop/world";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Something that somebody does at Whop; `name` and `on` say what it is about in every community in which the day is lived. */
export type Happening = { at: number; by: number } & (
  | { kind: "message"; name: string; chat: number; content: string }
  | { kind: "post"; name: string; content: string }
  | { kind: "comment"; name: string; on: string; content: string }
  | { kind: "reaction"; on: string; emoji: string }
  | { kind: "like"; on: string }
  | { kind: "deletion"; on: string }
);

export type DayOptions = {
  /** Milliseconds since 1970. */
  begins: number;
  members: number;
  messages: number;
  posts: number;
  /** Reactions to messages, and half as many likes. */
  reactions: number;
  deletions: number;
};

/** A day in a community, the same for the same seed: bursts and silences, pairs within the cooldown, late answers. */
export function aDayOf(seed: number, options: DayOptions): Happening[] {
  const random = seededRandom(seed);
  const draw = (below: number) => Math.floor(random() * below);
  const moment = () => options.begins + draw(DAY_MS);
  const by = () => draw(options.members);

  const messages = times(options.messages, (n): Happening => {
    const content = draw(8) === 0 ? "ok" : `Message ${n} of the day`;
    return { at: moment(), by: by(), kind: "message", name: `message ${n}`, chat: draw(2), content };
  });
  const doubled = messages
    .filter(() => draw(5) === 0)
    .map((one): Happening => {
      return { ...one, at: one.at + 1_000 + draw(50_000), ...again(one) };
    });
  const posts = times(options.posts, (n): Happening => {
    return { at: moment(), by: by(), kind: "post", name: `post ${n}`, content: `Post ${n}` };
  });
  const comments = posts.flatMap((post, n): Happening[] =>
    post.kind === "post" && draw(2) === 0
      ? [
          {
            at: after(post, random, options),
            by: by(),
            kind: "comment",
            name: `comment ${n}`,
            on: post.name,
            content: "Well said",
          },
        ]
      : [],
  );
  const said = [...messages, ...doubled];
  const reactions = times(options.reactions, (): Happening => {
    const target = said[draw(said.length)] as Happening & { name: string }; // drawn from what has a name
    return {
      at: after(target, random, options),
      by: by(),
      kind: "reaction",
      on: target.name,
      emoji: [":heart:", ":fire:"][draw(2)] ?? "",
    };
  });
  const likes = times(Math.ceil(options.reactions / 2), (): Happening => {
    const target = [...posts, ...comments][draw(posts.length + comments.length)] as Happening & { name: string };
    return { at: after(target, random, options), by: by(), kind: "like", on: target.name };
  });
  const deletions = times(options.deletions, (): Happening => {
    const target = [...said, ...posts][draw(said.length + posts.length)] as Happening & { name: string };
    // Long enough after it that whoever looks has seen it before.
    return {
      at: Math.min(target.at + 40 * MINUTE_MS, options.begins + DAY_MS),
      by: target.by,
      kind: "deletion",
      on: target.name,
    };
  });
  return [...said, ...posts, ...comments, ...reactions, ...likes, ...deletions].sort((one, other) => one.at - other.at);
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** Of a message that says the same once more. */
const again = (one: Happening) => ("name" in one ? { name: `${one.name} again` } : {});

function after({ at }: Happening, random: Random, { begins }: DayOptions): number {
  return Math.min(at + MINUTE_MS + Math.floor(random() * 4 * HOUR_MS), begins + DAY_MS);
}

/** Where a day is lived: the same people in each, and everything by its name. */
export type Stage = {
  companyId: string;
  userIds: readonly string[];
  chats: readonly string[];
  forum: string;
  /** Whop's ids by name, and names by id. */
  ids: Map<string, string>;
  names: Map<string, string>;
};

/** A company with two chats, a forum and the given people. */
export function aStage(world: World, userIds: readonly string[]): Stage {
  const { id: companyId } = world.addCompany({ title: "A community" });
  const place = (kind: "chat" | "forum", name: string) => world.addExperience({ companyId, kind, name }).id;
  for (const userId of userIds) world.addMembership({ companyId, userId });
  const chats = [place("chat", "General"), place("chat", "Off topic")];
  return { companyId, userIds, chats, forum: place("forum", "Forum"), ids: new Map(), names: new Map() };
}

/** Lets it happen at Whop, at the time it is said to; without `deliver` the app is not told. What is gone cannot be met any more. */
export function happen(world: World, stage: Stage, what: Happening, { deliver }: { deliver: boolean }): void {
  const userId = stage.userIds[what.by] ?? "";
  const createdAt = new Date(what.at);
  const named = (name: string, { id }: { id: string }) => {
    stage.ids.set(name, id);
    stage.names.set(id, name);
  };
  const target = "on" in what ? (stage.ids.get(what.on) ?? "") : "";
  switch (what.kind) {
    case "message": {
      const channelId = stage.chats[what.chat] ?? "";
      named(what.name, world.postMessage({ userId, channelId, content: what.content, createdAt, deliver }));
      break;
    }
    case "post":
      named(what.name, world.addPost({ userId, experienceId: stage.forum, content: what.content, createdAt }));
      break;
    case "comment":
      if (!world.forumPost(target)) break;
      named(
        what.name,
        world.addPost({ userId, experienceId: stage.forum, content: what.content, parentId: target, createdAt }),
      );
      break;
    case "reaction":
      if (world.message(target)) world.react({ userId, messageId: target, emoji: what.emoji, createdAt, deliver });
      break;
    case "like":
      if (world.forumPost(target)) world.like({ userId, postId: target, createdAt });
      break;
    case "deletion":
      world.deleteMessage(target);
      world.deletePost(target);
      break;
  }
}

/** An activity's id, or a text that holds some, in words that are the same wherever the day is lived. */
export function inWords({ names }: Stage, text: string): string {
  return text
    .split(":")
    .map((part) => names.get(part) ?? part)
    .join(":");
}
