import { AppError } from "@/lib/errors";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";

/** Every address under /api that no other file answers. */
const nothing = route({
  auth: "none",
  handle: async () => {
    throw new AppError("not_found", "There is no such address.");
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: nothing,
  POST: nothing,
  PUT: nothing,
  PATCH: nothing,
  DELETE: nothing,
});
