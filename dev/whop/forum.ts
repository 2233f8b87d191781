import { createHash } from "node:crypto";
import { newId } from "./random";
import type { Experience, ForumPost, Like, WorldData } from "./records";

export interface NewForumPost {
  userId: string;
  /** A forum. */
  experienceId: string;
  content: string;
  title?: string | null;
  /** The post, or the comment, that it comments on. */
  parentId?: string | null;
  isPinned?: boolean;
  /** Its text is for who has paid: the app reads null. */
  isPaywalled?: boolean;
  createdAt?: Date;
}

/** Whop sends no webhook for anything of this: the app has to look. */
export interface Forum {
  addPost(post: NewForumPost): ForumPost;
  /** With the comments on it. */
  deletePost(id: string): void;
  forumPost(id: string): ForumPost | undefined;
  /** In the order in which Whop lists them; see `placeInForum`. */
  postsIn(experienceId: string): ForumPost[];
  /** Direct ones, in that order. */
  commentsOn(postId: string): ForumPost[];
  /** The same member's second like is the first one. */
  like(like: { userId: string; postId: string; createdAt?: Date }): Like;
  unlike(postId: string, userId: string): void;
  /** Oldest first. */
  likesOf(postId: string): readonly Like[];
  forumData(): Pick<WorldData, "posts" | "likes">;
}

interface ForumOptions {
  data?: Pick<WorldData, "posts" | "likes">;
  experiences: ReadonlyMap<string, Experience>;
  now: () => Date;
  /** Told of the forum in which something has changed. */
  onChange?(experienceId: string): void;
}

export function createForum({ data, experiences, now, onChange = () => undefined }: ForumOptions): Forum {
  const posts = new Map((data?.posts ?? []).map((post) => [post.id, post]));
  const likes = new Map<string, Like[]>();
  for (const like of data?.likes ?? []) likes.set(like.postId, [...(likes.get(like.postId) ?? []), like]);

  const existing = (id: string): ForumPost => {
    const post = posts.get(id);
    if (!post) throw new Error(`There is no post ${id}.`);
    return post;
  };
  const listed = (isAsked: (post: ForumPost) => boolean) =>
    [...posts.values()].filter(isAsked).sort((one, other) => (placeInForum(one) < placeInForum(other) ? -1 : 1));
  const commentsOn = (postId: string) => listed(({ parentId }) => parentId === postId);

  function forget(post: ForumPost): void {
    for (const comment of commentsOn(post.id)) forget(comment);
    posts.delete(post.id);
    likes.delete(post.id);
  }

  return {
    addPost: ({
      createdAt = now(),
      title = null,
      parentId = null,
      isPinned = false,
      isPaywalled = false,
      ...given
    }) => {
      if (experiences.get(given.experienceId)?.kind !== "forum") throw new Error(`${given.experienceId} is no forum.`);
      if (parentId !== null) existing(parentId);
      const rest = { title, parentId, isPinned, isPaywalled, createdAt: createdAt.toISOString() };
      const post: ForumPost = { id: newId("post"), ...given, ...rest };
      posts.set(post.id, post);
      onChange(post.experienceId);
      return post;
    },
    deletePost: (id) => {
      const post = posts.get(id);
      if (!post) return;
      forget(post);
      onChange(post.experienceId);
    },
    forumPost: (id) => posts.get(id),
    postsIn: (experienceId) => listed((post) => post.experienceId === experienceId && post.parentId === null),
    commentsOn,
    like: ({ userId, postId, createdAt = now() }) => {
      const { experienceId } = existing(postId);
      const before = likes.get(postId)?.find((one) => one.userId === userId);
      if (before) return before;
      const like = { id: newId("reac"), postId, userId, createdAt: createdAt.toISOString() };
      likes.set(postId, [...(likes.get(postId) ?? []), like]);
      onChange(experienceId);
      return like;
    },
    unlike: (postId, userId) => {
      likes.set(
        postId,
        (likes.get(postId) ?? []).filter((one) => one.userId !== userId),
      );
      onChange(existing(postId).experienceId);
    },
    likesOf: (postId) => likes.get(postId) ?? [],
    forumData: () => ({ posts: [...posts.values()], likes: [...likes.values()].flat() }),
  };
}

/**
 * Where a post stands when Whop lists its forum. Whop documents no order, so here it is one that tells nothing: what is pinned first, the
 * rest shuffled, the same way each time.
 */
export function placeInForum({ id, isPinned }: ForumPost): string {
  return `${isPinned ? 0 : 1} ${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
}
