/** What an answer of our API is, for the page's own requests. */
type Answer = { status?: number; json?: object; headers?: Record<string, string> };
type Asked = { method: string; path: string; query: URLSearchParams; json: unknown; idempotencyKey: string | null };

/**
 * jsdom has no server behind its pages: this stands in for it, and keeps what was asked.
 * @param answer undefined for no answer at all, as without a connection.
 */
export function apiAnswers(answer: (asked: Asked) => Answer | undefined): Asked[] {
  const asked: Asked[] = [];
  window.fetch = async (input, init = {}) => {
    const { pathname, searchParams } = new URL(String(input), "http://localhost");
    const json = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const idempotencyKey = new Headers(init.headers).get("idempotency-key");
    const question = { method: init.method ?? "GET", path: pathname, query: searchParams, json, idempotencyKey };
    asked.push(question);
    const answered = answer(question);
    if (!answered) throw new TypeError("Failed to fetch");
    const { status = 200, headers = {} } = answered;
    // The parts of a Response that are read.
    return {
      ok: status < 400,
      status,
      headers: new Map(Object.entries(headers)),
      json: async () => {
        if (answered.json === undefined) throw new SyntaxError("Unexpected end of JSON input");
        return answered.json;
      },
    } as unknown as Response;
  };
  return asked;
}
