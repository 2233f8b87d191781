import type { Sample } from "@/dev/seed/communities";
import { createDraws } from "@/dev/seed/draws";
import type { Talk } from "@/dev/seed/talk";
import type { ForumPost, Like } from "@/dev/whop/records";

/** Older posts that are still at hand for the first comments of the time that is shown, and as many of which are talked about. */
const TALKED_ABOUT = 4;

/** What the forum of a community's talk shows from a time on: each comment is on one of the posts that were then the newest. */
export function forumOf({ seed }: Sample, talk: Talk[], shownFrom: number): { posts: ForumPost[]; likes: Like[] } {
  const all = talk.filter(({ kind }) => kind === "post");
  const older = all.filter(({ at }) => at < shownFrom).slice(-TALKED_ABOUT);
  const posts = [...older, ...all.filter(({ at }) => at >= shownFrom)];
  const draws = createDraws(seed, `forum/${talk[0]?.id}`);
  const comments = talk
    .filter(({ kind, at }) => kind === "comment" && at >= shownFrom)
    .flatMap((comment) => {
      const before = posts.filter(({ at }) => at < comment.at).slice(-TALKED_ABOUT);
      return before.length === 0 ? [] : [postOf(comment, draws.pick(before).id)];
    });
  const shown = [...posts.map((post) => postOf(post, null)), ...comments];
  const ids = new Set(shown.map(({ id }) => id));
  const likes = talk.filter(({ about }) => about && ids.has(about.id)).map(likeOf);
  return { posts: shown, likes };
}

function postOf({ id, userId, at, place, text = "" }: Talk, parentId: string | null): ForumPost {
  const more = { title: null, isPinned: false, isPaywalled: false, createdAt: new Date(at).toISOString() };
  return { id, experienceId: place.experienceId, userId, parentId, content: text, ...more };
}

function likeOf({ id, userId, at, about }: Talk): Like {
  return { id, postId: about?.id ?? "", userId, createdAt: new Date(at).toISOString() };
}
