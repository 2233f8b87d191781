import { found } from "../api-error";
import type { Operation } from "../operation";
import { briefCompany, briefUser } from "../views";

export const companies: Operation[] = [
  {
    name: "companies.retrieve",
    method: "GET",
    path: "/companies/:id",
    answer: ({ world }, { params }) => {
      const company = found(world.company(params.id ?? ""), "company");
      const owner = world.team(company.id).find((one) => one.role === "owner");
      return {
        ...briefCompany(company),
        description: null,
        logo: null,
        member_count: world.membersOf(company.id).length,
        owner_user: owner ? briefUser(world, owner.userId) : null,
        verified: true,
        created_at: company.createdAt,
        updated_at: company.createdAt,
      };
    },
  },
];
