import { ApiFailure, callApi } from "@/components/http/call-api";
import { apiAnswers } from "@/tests/support/page-api";

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (failure: unknown) => failure,
  );

test("what the route answers is given back, and what is sent goes as JSON", async () => {
  const asked = apiAnswers(() => ({ json: { visibility: "hidden" } }));
  const json = { experienceId: "exp_1", visibility: "hidden" };
  await expect(callApi("/api/visibility", { method: "PUT", json })).resolves.toEqual({ visibility: "hidden" });
  expect(asked).toMatchObject([{ method: "PUT", path: "/api/visibility", json }]);
});

test("a refusal says what the error body says: code, words, request id, and when to come again", async () => {
  apiAnswers(() => ({
    status: 429,
    headers: { "retry-after": "7" },
    json: {
      success: false,
      error: { code: "rate_limited", message: "Wait a moment." },
      meta: { requestId: "req_12345" },
    },
  }));
  const failure = await failureOf(callApi("/api/me"));
  expect(failure).toBeInstanceOf(ApiFailure);
  expect(failure).toMatchObject({
    status: 429,
    code: "rate_limited",
    message: "Wait a moment.",
    requestId: "req_12345",
    retryAfterSeconds: 7,
  });
});

test("without a connection the failure is called offline", async () => {
  apiAnswers(() => undefined);
  expect(await failureOf(callApi("/api/me"))).toMatchObject({ code: "offline", status: 0, retryAfterSeconds: null });
});

test("an answer that is not ours, as a proxy's error page, is called unreadable", async () => {
  apiAnswers(() => ({ status: 502 }));
  expect(await failureOf(callApi("/api/me"))).toMatchObject({ code: "unreadable", status: 502 });
  apiAnswers(() => ({ status: 200 }));
  expect(await failureOf(callApi("/api/me"))).toMatchObject({ code: "unreadable", status: 200 });
});
