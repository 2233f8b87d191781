import { z } from "zod";
import { found, notFound } from "../api-error";
import { placeInForum } from "../forum";
import { bodyOf, type Operation, requiredQuery, writerOf } from "../operation";
import { paginate } from "../pagination";
import { forumPostView } from "../views";
import type { World } from "../world";
import { mayWrite } from "./messages";

const NewForumPost = z.object({
  experience_id: z.string(),
  content: z.string().min(1).max(50_000),
  title: z.string().max(300).nullish(),
  parent_id: z.string().nullish(),
  pinned: z.boolean().nullish(),
});

export const forumPosts: Operation[] = [
  {
    name: "forumPosts.list",
    method: "GET",
    path: "/forum_posts",
    answer: ({ world }, request) => {
      const forum = foundForum(world, requiredQuery(request, "experience_id"));
      const parentId = request.query.get("parent_id");
      const posts = parentId ? world.commentsOn(found(world.forumPost(parentId), "post").id) : world.postsIn(forum.id);
      const asked = request.query.get("pinned") === "true" ? posts.filter(({ isPinned }) => isPinned) : posts;
      const page = paginate(asked, placeInForum, request.query);
      return { ...page, data: page.data.map((post) => forumPostView(world, post)) };
    },
  },
  {
    name: "forumPosts.retrieve",
    method: "GET",
    path: "/forum_posts/:id",
    answer: ({ world }, { params }) => forumPostView(world, found(world.forumPost(params.id ?? ""), "post")),
  },
  {
    name: "forumPosts.create",
    method: "POST",
    path: "/forum_posts",
    answer: (context, request) => {
      const { world, effects } = context;
      const given = bodyOf(NewForumPost, request);
      const { id: experienceId, companyId } = foundForum(world, given.experience_id);
      if (given.parent_id) found(world.forumPost(given.parent_id), "post");
      mayWrite(context, request.caller, companyId);
      const post = world.addPost({
        userId: writerOf(context, request.caller),
        experienceId,
        content: given.content,
        title: given.title,
        parentId: given.parent_id,
        isPinned: given.pinned ?? false,
      });
      const view = forumPostView(world, post);
      effects.record("forumPosts", request, view);
      return view;
    },
  },
];

function foundForum(world: World, id: string) {
  const experience = found(world.experience(id), "forum");
  if (experience.kind !== "forum") throw notFound("forum");
  return experience;
}
