import { scrubbed, sentryOptions } from "@/lib/sentry";

const CANARY = "CANARY-7f3a91";

test("an event leaves without anything a person has sent", () => {
  const event = scrubbed({
    type: undefined,
    event_id: "1",
    request: {
      method: "POST",
      url: `https://wee5.example.com/api/xp?token=${CANARY}`,
      headers: { "x-whop-user-token": CANARY },
      cookies: { session: CANARY },
      query_string: CANARY,
      data: { content: CANARY },
    },
    user: { id: CANARY, ip_address: CANARY },
    extra: { body: CANARY },
    breadcrumbs: [{ message: CANARY }],
    exception: {
      values: [{ type: "Error", value: "broke", stacktrace: { frames: [{ function: "f", vars: { text: CANARY } }] } }],
    },
  });
  expect(JSON.stringify(event)).not.toContain(CANARY);
  expect(event).toMatchObject({
    event_id: "1",
    request: { method: "POST", url: "https://wee5.example.com/api/xp" },
    exception: { values: [{ type: "Error", value: "broke", stacktrace: { frames: [{ function: "f" }] } }] },
  });
});

test("nothing is collected that would have to be scrubbed", () => {
  const options = sentryOptions("https://key@sentry.example.com/1", "production");
  expect(options.beforeBreadcrumb?.({ message: CANARY }, {})).toBeNull();
  expect(options).toMatchObject({
    tracesSampleRate: 0,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
      stackFrameVariables: false,
    },
  });
});
