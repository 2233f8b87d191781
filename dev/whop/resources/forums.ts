import { found } from "../api-error";
import { type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";

export const forums: Operation[] = [
  {
    name: "forums.list",
    method: "GET",
    path: "/forums",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const forums = world
        .experiencesOf(company.id)
        .filter(({ kind }) => kind === "forum")
        .toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const page = paginate(forums, ({ id }) => id, request.query);
      const data = page.data.map(({ id, name }) => ({
        id: id.replace("exp_", "feed_"),
        experience: { id, name },
        who_can_post: "everyone",
        who_can_comment: "everyone",
        email_notification_preference: "none",
      }));
      return { ...page, data };
    },
  },
];
