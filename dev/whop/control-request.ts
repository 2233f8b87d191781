import type { Context } from "hono";
import { z } from "zod";
import { ApiError, badRequest } from "./api-error";

/** The body in the given form, or a 400 that names what is wrong. */
export async function read<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  // A page in some browser can post anything but JSON to this address without asking.
  if (!c.req.header("content-type")?.startsWith("application/json")) {
    throw new ApiError(415, "unsupported_media_type", "Send application/json.");
  }
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest("The body is not JSON.");
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  return parsed.data;
}

export const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
