import { newId } from "./random";
import type { Experience, FinishedLesson, WorldData } from "./records";

/** Told of what deserves a webhook. */
export interface LessonEvents {
  lessonFinished?(finished: FinishedLesson): void;
}

export interface NewFinishedLesson {
  userId: string;
  /** A course. */
  experienceId: string;
  /** The first that the user has not finished, where none is named. */
  lessonId?: string;
  finishedAt?: Date;
  /** False keeps Whop from telling the app. */
  deliver?: boolean;
}

export interface Lessons {
  /** A lesson that is finished again stays finished, and nobody is told. */
  finishLesson(lesson: NewFinishedLesson): FinishedLesson;
  /** Oldest first. */
  lessonsOf(experienceId: string, userId: string): FinishedLesson[];
  lessonData(): Pick<WorldData, "lessons">;
}

interface LessonOptions {
  data?: Pick<WorldData, "lessons">;
  experiences: ReadonlyMap<string, Experience>;
  now: () => Date;
  events: LessonEvents;
}

export function createLessons({ data, experiences, now, events }: LessonOptions): Lessons {
  const finished = [...(data?.lessons ?? [])];
  const lessonsOf = (experienceId: string, userId: string) =>
    finished.filter((one) => one.experienceId === experienceId && one.userId === userId);

  return {
    finishLesson: ({ userId, experienceId, finishedAt = now(), deliver = true, ...given }) => {
      if (experiences.get(experienceId)?.kind !== "course") throw new Error(`${experienceId} is no course.`);
      const own = lessonsOf(experienceId, userId);
      const lessonId = given.lessonId ?? lessonIdOf(experienceId, own.length + 1);
      const before = own.find((one) => one.lessonId === lessonId);
      if (before) return before;
      const lesson = { id: newId("crsi"), userId, experienceId, lessonId, finishedAt: finishedAt.toISOString() };
      finished.push(lesson);
      if (deliver) events.lessonFinished?.(lesson);
      return lesson;
    },
    lessonsOf,
    lessonData: () => ({ lessons: finished }),
  };
}

/** The lessons of a course are numbered from 1. */
export function lessonIdOf(experienceId: string, number: number): string {
  return `${experienceId.replace("exp_", "lesn_")}${number}`;
}
