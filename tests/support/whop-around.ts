type Sent = { event: string; data: unknown };

/**
 * A Whop around the page's window: keeps what it is told and answers by the protocol of @whop/iframe, where it has an answer. One for a
 * file, because the SDK keeps the one it has found.
 */
export function aWhopAround({ appId, origin }: { appId: string; origin: string }) {
  let answers: Record<string, unknown> = {};
  let sent: Sent[] = [];
  const host = {
    postMessage: (message: Sent, { targetOrigin }: { targetOrigin: string }) => {
      if (targetOrigin !== origin) return;
      sent.push(message);
      const [, call = ""] = message.event.split(":");
      if (call in answers) setTimeout(() => say(message.event, answers[call]), 0);
    },
  };

  function say(event: string, data: unknown): void {
    const envelope = { event, data, libId: "typed-transport", receiverAppId: appId, senderAppId: "app_whop" };
    const source = host as unknown as Window; // the page compares it and writes to it, no more
    window.dispatchEvent(new MessageEvent("message", { data: envelope, origin, source }));
  }

  console.debug = () => undefined; // the SDK tells it of every message
  return {
    stand(given: Record<string, unknown>): void {
      answers = given;
      sent = [];
      Object.defineProperty(window, "parent", { value: host, configurable: true });
    },
    leave(): void {
      Object.defineProperty(window, "parent", { value: window, configurable: true });
    },
    told: (call: string) => sent.filter(({ event }) => event.includes(`:${call}:`)).map(({ data }) => data),
    ask: (call: string, data?: unknown) => say(`app_whop:${call}:abcdefgh`, data),
  };
}
