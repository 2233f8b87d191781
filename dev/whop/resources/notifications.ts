import { z } from "zod";
import { found } from "../api-error";
import { bodyOf, type Operation } from "../operation";

const NewNotification = z
  .object({
    company_id: z.string().optional(),
    experience_id: z.string().optional(),
    title: z.string().min(1),
    content: z.string().min(1),
    subtitle: z.string().nullish(),
    user_ids: z.array(z.string()).nullish(),
    rest_path: z.string().nullish(),
    icon_user_id: z.string().nullish(),
  })
  .refine((given) => (given.company_id === undefined) !== (given.experience_id === undefined), {
    error: "Give company_id or experience_id.",
  });

export const notifications: Operation[] = [
  {
    name: "notifications.create",
    method: "POST",
    path: "/notifications",
    answer: ({ world, effects }, request) => {
      const given = bodyOf(NewNotification, request);
      const experience =
        given.experience_id === undefined ? undefined : found(world.experience(given.experience_id), "experience");
      const companyId = experience?.companyId ?? given.company_id ?? "";
      found(world.company(companyId), "company");
      const { title, subtitle = null, content, rest_path = null, user_ids = null } = given;
      // Who has no access hears nothing; the answer, which comes before anything is sent, does not say so.
      const userIds = user_ids?.filter((id) => world.accessLevel(id, companyId) !== "no_access") ?? null;
      const notification = { title, subtitle, content, restPath: rest_path, userIds };
      const { id } = world.notify({ ...notification, companyId, experienceId: experience?.id ?? null });
      effects.record("notifications", request, { ...given, id, company_id: companyId });
      return { success: true };
    },
  },
];
