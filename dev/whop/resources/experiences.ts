import { found } from "../api-error";
import { type ApiContext, type Operation, requiredQuery } from "../operation";
import { paginate } from "../pagination";
import type { Experience } from "../records";
import { briefCompany } from "../views";

export const experiences: Operation[] = [
  {
    name: "experiences.retrieve",
    method: "GET",
    path: "/experiences/:id",
    answer: (context, { params }) =>
      experienceView(context, found(context.world.experience(params.id ?? ""), "experience")),
  },
  {
    name: "experiences.list",
    method: "GET",
    path: "/experiences",
    answer: (context, request) => {
      const company = found(context.world.company(requiredQuery(request, "company_id")), "company");
      const appId = request.query.get("app_id");
      const experiences = context.world
        .experiencesOf(company.id)
        .map((experience) => experienceView(context, experience))
        .filter(({ app }) => !appId || app.id === appId)
        .toSorted((one, other) => (one.id < other.id ? -1 : 1));
      return paginate(experiences, ({ id }) => id, request.query);
    },
  },
];

function experienceView({ world, appId }: ApiContext, experience: Experience) {
  const app =
    experience.kind === "app" ? { id: appId, name: "WEE5" } : { id: `app_${experience.kind}`, name: experience.kind };
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
}
