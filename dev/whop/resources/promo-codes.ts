import { z } from "zod";
import { ApiError, found } from "../api-error";
import { bodyOf, isAsked, listQuery, type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";
import { promoCodeView } from "../views";

const NewPromoCode = z
  .object({
    company_id: z.string(),
    code: z.string().regex(/^[\w-]{1,64}$/, "code may have letters, digits, - and _."),
    promo_type: z.enum(["percentage", "flat_amount"]),
    amount_off: z.number().positive(),
    base_currency: z.string().length(3),
    new_users_only: z.boolean(),
    promo_duration_months: z.number().int().min(1),
    product_id: z.string().nullish(),
    plan_ids: z.array(z.string()).nullish(),
    stock: z.number().int().min(1).nullish(),
    unlimited_stock: z.boolean().nullish(),
    one_per_customer: z.boolean().nullish(),
    churned_users_only: z.boolean().nullish(),
    existing_memberships_only: z.boolean().nullish(),
    expires_at: z.iso.datetime({ offset: true }).nullish(),
  })
  .refine(({ promo_type, amount_off }) => promo_type === "flat_amount" || amount_off <= 100, {
    error: "A percentage is at most 100.",
    path: ["amount_off"],
  });

const orderOf = ({ createdAt, id }: { createdAt: string; id: string }) => `${createdAt} ${id}`;

export const promoCodes: Operation[] = [
  {
    name: "promoCodes.list",
    method: "GET",
    path: "/promo_codes",
    answer: ({ world }, request) => {
      const company = found(world.company(requiredQuery(request, "company_id")), "company");
      const status = request.query.get("status");
      const products = listQuery(request, "product_ids");
      const asked = world
        .promoCodesOf(company.id)
        .filter((one) => (!status || one.status === status) && isAsked(request, one.createdAt))
        .filter((one) => products.length === 0 || products.includes(one.productId ?? ""))
        .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
      const page = paginate(asked, orderOf, request.query, "desc");
      return { ...page, data: page.data.map(promoCodeView) };
    },
  },
  {
    name: "promoCodes.retrieve",
    method: "GET",
    path: "/promo_codes/:id",
    answer: ({ world }, { params }) => {
      const promoCode = found(world.promoCode(params.id ?? ""), "promo code");
      const { id, title } = found(world.company(promoCode.companyId), "company");
      return { ...promoCodeView(promoCode), company: { id, title } };
    },
  },
  {
    name: "promoCodes.create",
    method: "POST",
    path: "/promo_codes",
    answer: ({ world, effects }, request) => {
      const given = bodyOf(NewPromoCode, request);
      const company = found(world.company(given.company_id), "company");
      const promoCode = world.createPromoCode({
        companyId: company.id,
        code: given.code,
        promoType: given.promo_type,
        amountOff: given.amount_off,
        currency: given.base_currency,
        months: given.promo_duration_months,
        productId: given.product_id ?? null,
        planIds: given.plan_ids ?? [],
        stock: given.stock ?? 0,
        unlimitedStock: given.unlimited_stock ?? given.stock == null,
        onePerCustomer: given.one_per_customer ?? false,
        newUsersOnly: given.new_users_only,
        churnedUsersOnly: given.churned_users_only ?? false,
        existingMembershipsOnly: given.existing_memberships_only ?? false,
        expiresAt: given.expires_at ?? null,
      });
      if (!promoCode) throw new ApiError(400, "bad_request", "Code has already been taken.", { param: "code" });
      const view = { ...promoCodeView(promoCode), company: { id: company.id, title: company.title } };
      effects.record("promoCodes", request, view);
      return view;
    },
  },
  {
    name: "promoCodes.delete",
    method: "DELETE",
    path: "/promo_codes/:id",
    answer: ({ world }, { params }) => {
      world.archivePromoCode(found(world.promoCode(params.id ?? ""), "promo code").id);
      return true;
    },
  },
];
