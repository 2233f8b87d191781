import { z } from "zod";
import { badRequest, found } from "../api-error";
import { bodyOf, isAsked, listQuery, type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";
import type { Membership } from "../records";
import { membershipView } from "../views";

const NewFreeDays = z.object({ free_days: z.number().int().min(1).max(1095) });

const orderOf = ({ joinedAt, id }: Membership) => `${joinedAt} ${id}`;

export const memberships: Operation[] = [
  {
    name: "memberships.list",
    method: "GET",
    path: "/memberships",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const filters: [string, (membership: Membership) => string][] = [
        ["user_ids", ({ userId }) => userId],
        ["statuses", ({ status }) => status],
        ["product_ids", ({ productId }) => productId],
        ["plan_ids", ({ planId }) => planId],
      ];
      const asked = world.membershipsOf(company.id).filter((membership) => {
        const isOf = filters.every(([name, of]) => {
          const values = listQuery(request, name);
          return values.length === 0 || values.includes(of(membership));
        });
        return isOf && isAsked(request, membership.joinedAt);
      });
      const direction = request.query.get("direction") === "asc" ? "asc" : "desc";
      const ordered = asked.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
      const page = paginate(ordered, orderOf, request.query, direction);
      return { ...page, data: page.data.map((one) => membershipView(world, one)) };
    },
  },
  {
    name: "memberships.retrieve",
    method: "GET",
    path: "/memberships/:id",
    answer: ({ world }, { params }) => membershipView(world, found(world.membership(params.id ?? ""), "membership")),
  },
  {
    name: "memberships.addFreeDays",
    method: "POST",
    path: "/memberships/:id/add_free_days",
    answer: ({ world, effects }, request) => {
      const { id } = found(world.membership(request.params.id ?? ""), "membership");
      const { free_days } = bodyOf(NewFreeDays, request);
      const membership = world.addFreeDays(id, free_days);
      // Whop emits no webhook for it.
      if (!membership) throw badRequest("This membership has no billing period that could be extended.");
      const { userId: user_id, companyId: company_id, renewalPeriodEnd: renewal_period_end } = membership;
      effects.record("freeDays", request, { membership_id: id, user_id, company_id, free_days, renewal_period_end });
      return membershipView(world, membership);
    },
  },
];
