import type { ForumPost } from "../records";
import type { World } from "../world";

const POSTS_SHOWN = 40;

/** A post or a comment as the page shows it. */
export interface PostView {
  id: string;
  title: string | null;
  content: string;
  at: string;
  author: { id: string; name: string; picture: string | null };
  isPinned: boolean;
  isPaywalled: boolean;
  likedBy: string[];
  /** Oldest first. */
  comments: PostView[];
}

/** What a reader sees of a forum: what is pinned, then the newest. The app is given another order, see `placeInForum`. */
export function forumView(world: World, experienceId: string): PostView[] {
  return world
    .postsIn(experienceId)
    .toSorted((one, other) => Number(other.isPinned) - Number(one.isPinned) || byTime(other, one))
    .slice(0, POSTS_SHOWN)
    .map((post) => postView(world, post));
}

function postView(world: World, post: ForumPost): PostView {
  const { id, title, content, createdAt, isPinned, isPaywalled } = post;
  const user = world.user(post.userId);
  return {
    id,
    title,
    content,
    at: createdAt,
    author: {
      id: post.userId,
      name: user?.name ?? user?.username ?? post.userId,
      picture: user?.hasPicture ? `/avatars/${post.userId}.png` : null,
    },
    isPinned,
    isPaywalled,
    likedBy: world.likesOf(id).map(({ userId }) => userId),
    comments: world
      .commentsOn(id)
      .toSorted(byTime)
      .map((comment) => postView(world, comment)),
  };
}

const byTime = (one: ForumPost, other: ForumPost) =>
  one.createdAt < other.createdAt ? -1 : one.createdAt > other.createdAt ? 1 : 0;
