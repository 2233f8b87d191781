import { found } from "../api-error";
import { type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";
import { briefCompany, briefUser } from "../views";

export const authorizedUsers: Operation[] = [
  {
    name: "authorizedUsers.list",
    method: "GET",
    path: "/authorized_users",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const userId = request.query.get("user_id");
      const role = request.query.get("role");
      const team = world
        .team(company.id)
        .filter((one) => (!userId || one.userId === userId) && (!role || one.role === role))
        .toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const page = paginate(team, (one) => one.id, request.query);
      const data = page.data.map((one) => ({
        id: one.id,
        role: one.role,
        user: { ...briefUser(world, one.userId), email: null },
        company: briefCompany(company),
      }));
      return { ...page, data };
    },
  },
];
