import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { receiveWebhook } from "@/services/webhook";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: route({
    auth: "none",
    body: "bytes",
    handle: async (deps, { request, body, address }) => {
      await receiveWebhook(deps, { headers: request.headers, rawBody: body, address });
      return { success: true, received: true };
    },
  }),
});
