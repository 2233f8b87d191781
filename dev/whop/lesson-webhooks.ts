import { found } from "./api-error";
import type { LessonEvents } from "./lessons";
import { lessonView } from "./views";
import type { WebhookSender } from "./webhooks";
import type { World } from "./world";

/** Tells the app of a lesson that somebody has finished, in the form of Whop's `course_lesson_interaction.completed`. */
export function lessonWebhooks(world: () => World, webhooks: () => WebhookSender): Required<LessonEvents> {
  return {
    lessonFinished: (finished) => {
      const { userId, lessonId, experienceId } = finished;
      webhooks().send({
        type: "course_lesson_interaction.completed",
        companyId: found(world().companyOf(experienceId), "company"),
        data: lessonView(world(), finished),
        about: { userId, activityId: `lesson:${userId}:${lessonId}` },
      });
    },
  };
}
