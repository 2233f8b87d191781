import { newId } from "./random";
import type { PromoCode } from "./records";

export interface PromoCodes {
  /** Undefined where the company has the code already; capitals or not make no other code. */
  createPromoCode(given: Omit<PromoCode, "id" | "createdAt" | "uses" | "status">): PromoCode | undefined;
  promoCode(id: string): PromoCode | undefined;
  /** Oldest first. */
  promoCodesOf(companyId: string): PromoCode[];
  /** Somebody pays with it: it counts a use, and ends where its stock does. */
  usePromoCode(id: string): void;
  archivePromoCode(id: string): void;
  promoCodeData(): PromoCode[];
}

export function createPromoCodes(now: () => Date, data: readonly PromoCode[] = []): PromoCodes {
  const byId = new Map(data.map((one) => [one.id, one]));
  const byCode = new Map(data.map((one) => [nameOf(one), one]));

  return {
    createPromoCode: (given) => {
      if (byCode.has(nameOf(given))) return undefined;
      const promoCode: PromoCode = {
        ...given,
        id: newId("promo"),
        uses: 0,
        status: "active",
        createdAt: now().toISOString(),
      };
      byId.set(promoCode.id, promoCode);
      byCode.set(nameOf(promoCode), promoCode);
      return promoCode;
    },
    promoCode: (id) => byId.get(id),
    promoCodesOf: (companyId) => [...byId.values()].filter((one) => one.companyId === companyId),
    usePromoCode: (id) => {
      const promoCode = byId.get(id);
      if (!promoCode) throw new Error(`There is no promo code ${id}.`);
      promoCode.uses += 1;
      if (!promoCode.unlimitedStock && promoCode.uses >= promoCode.stock) promoCode.status = "inactive";
    },
    archivePromoCode: (id) => {
      const promoCode = byId.get(id);
      if (promoCode) promoCode.status = "archived";
    },
    promoCodeData: () => [...byId.values()],
  };
}

const nameOf = ({ companyId, code }: Pick<PromoCode, "companyId" | "code">) => `${companyId} ${code.toLowerCase()}`;
