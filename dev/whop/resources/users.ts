import { found } from "../api-error";
import type { Operation } from "../operation";
import { userView } from "../views";

export const users: Operation[] = [
  {
    name: "users.retrieve",
    method: "GET",
    path: "/users/:id",
    answer: ({ world, url }, { params }) => {
      const user = world.user(params.id ?? "") ?? world.users().find((one) => one.username === params.id);
      return userView(found(user, "user"), url());
    },
  },
  {
    name: "users.checkAccess",
    method: "GET",
    path: "/users/:id/access/:resource",
    answer: ({ world }, { params }) => {
      const user = found(world.user(params.id ?? ""), "user");
      const resource = params.resource ?? "";
      found(world.company(resource) ?? world.experience(resource), "resource");
      const level = world.accessLevel(user.id, resource);
      return { has_access: level !== "no_access", access_level: level };
    },
  },
];
