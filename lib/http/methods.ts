import { AppError } from "@/lib/errors";
import { completed, errorAnswer, requestIdOf } from "./answer";
import type { Handler } from "./route";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Method = (typeof METHODS)[number];
type Answerer = (request: Request) => Promise<Response>;

/**
 * All methods of one address. The ones not declared answer 405 with `Allow`, HEAD is GET without its body, and OPTIONS says
 * what there is; it gives no CORS header, because no other site's page may call us.
 *
 *     export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: route({ … }) });
 */
export function methods<Declared extends Partial<Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", Handler>>>(
  declared: Declared,
): Record<Exclude<Method, keyof Declared>, Answerer> & Declared {
  const get = declared.GET;
  const all: Partial<Record<Method, Answerer>> = { ...declared };
  if (get) all.HEAD = async (request) => withoutBody(await get(request));
  const allow = [...METHODS.filter((method) => all[method] !== undefined), "OPTIONS"].sort().join(", ");
  all.OPTIONS = async (request) =>
    completed(new Response(null, { status: 204, headers: { allow } }), requestIdOf(request.headers));
  for (const method of METHODS) all[method] ??= (request) => notAllowed(request, allow);
  return all as Record<Exclude<Method, keyof Declared>, Answerer> & Declared; // the loop has filled every method
}

async function notAllowed(request: Request, allow: string): Promise<Response> {
  const error = new AppError("method_not_allowed", `This address does not know ${request.method}. It knows ${allow}.`);
  return errorAnswer(error, requestIdOf(request.headers), { allow });
}

function withoutBody(response: Response): Response {
  return new Response(null, { status: response.status, headers: response.headers });
}
