import { found } from "../api-error";
import type { Operation } from "../operation";
import { briefCompany } from "../views";

export const experiences: Operation[] = [
  {
    name: "experiences.retrieve",
    method: "GET",
    path: "/experiences/:id",
    answer: ({ world, appId }, { params }) => {
      const experience = found(world.experience(params.id ?? ""), "experience");
      const app =
        experience.kind === "app"
          ? { id: appId, name: "WEE5" }
          : { id: `app_${experience.kind}`, name: experience.kind };
      return {
        id: experience.id,
        name: experience.name,
        app: { ...app, icon: null },
        company: briefCompany(found(world.company(experience.companyId), "company")),
        products: [],
        is_public: experience.isPublic,
        image: null,
        order: null,
        created_at: experience.createdAt,
      };
    },
  },
];
