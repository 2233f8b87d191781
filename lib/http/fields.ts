import { z } from "zod";

/** A community by any of its ids: an experience's, a feed's or the company's. Which community that is, Whop says. */
export const experienceId = z.string().regex(/^(exp|biz|feed)_\w{1,59}$/);

/** A user of Whop. */
export const userId = z.string().regex(/^user_\w{1,59}$/);

/** Where a list goes on, as an answer before has said. */
export const cursor = z.string().regex(/^[\w-]{1,600}$/);
