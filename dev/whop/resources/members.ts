import { found } from "../api-error";
import { listQuery, type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";
import { memberView } from "../views";

export const members: Operation[] = [
  {
    name: "members.list",
    method: "GET",
    path: "/members",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const accessLevel = request.query.get("access_level");
      const statuses = listQuery(request, "statuses");
      const userIds = listQuery(request, "user_ids");
      const asked = world
        .everJoined(company.id)
        .filter((one) => !accessLevel || one.accessLevel === accessLevel)
        .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
        .filter(({ userId }) => userIds.length === 0 || userIds.includes(userId))
        .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
      const direction = request.query.get("direction") === "asc" ? "asc" : "desc";
      const page = paginate(asked, orderOf, request.query, direction);
      return { ...page, data: page.data.map((one) => memberView(world, one)) };
    },
  },
];

const orderOf = ({ joinedAt, userId }: { joinedAt: string; userId: string }) => `${joinedAt} ${userId}`;
