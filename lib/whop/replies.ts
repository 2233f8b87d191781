import { z } from "zod";

/**
 * The parts of Whop's replies that we use. A reply about something else than was asked for is refused as well: `id` must be
 * the one in the question.
 */

const shortText = z.string().max(500);
const companyId = z.string().regex(/^biz_[A-Za-z0-9_-]{1,100}$/);

/** Anything but a web address is no picture: it ends in an `src`. */
const pictureUrl = z
  .object({ url: z.url({ protocol: /^https?$/ }).max(2_000) })
  .transform((picture) => picture.url)
  .nullable()
  .catch(null);

export const experienceReply = (id: string) =>
  z.object({ id: z.literal(id), name: shortText, company: z.object({ id: companyId, title: shortText }) });

export const userReply = (id: string) =>
  z.object({
    id: z.literal(id),
    username: shortText.min(1),
    name: shortText.nullable().catch(null),
    profile_picture: pictureUrl.default(null),
  });

export const companyReply = (id: string) => z.object({ id: z.literal(id), title: shortText });

export const accessReply = z.object({
  has_access: z.boolean(),
  access_level: z.enum(["no_access", "customer", "admin"]),
});

export const authorizedUsersReply = z.object({
  data: z.array(
    z.object({ role: z.string(), user: z.object({ id: z.string() }), company: z.object({ id: z.string() }) }),
  ),
});
