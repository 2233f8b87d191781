import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { JWK } from "jose";
import { keepOpen } from "@/dev/keep-open";
import { createApi } from "./api";
import type { ChatEvents } from "./chat";
import { chatWebhooks } from "./chat-webhooks";
import { createControl } from "./control";
import { createCredentials } from "./credentials";
import { createEffects, type Effects } from "./effects";
import { createFaults, type Faults } from "./faults";
import { createLiveFeed, type LiveFeed } from "./host/live";
import { createHostPage } from "./host/routes";
import type { FrameTarget } from "./host/target";
import { createIdempotencyStore } from "./idempotency";
import { lessonWebhooks } from "./lesson-webhooks";
import { membershipWebhooks } from "./membership-webhooks";
import { createPermissions, type Permissions } from "./permissions";
import { newId, seededRandom } from "./random";
import { createRateLimit } from "./rate-limit";
import type { WorldData } from "./records";
import { API_PATH, createSite } from "./site";
import { createSigner, type Signer } from "./tokens";
import { createWebhookSender, type WebhookSender } from "./webhooks";
import { createWorld, type World } from "./world";

const REQUESTS_PER_MINUTE = 600;

/** What outlives a restart. It holds secrets: keep it where only the simulator's owner reads. */
export interface SimulatorState {
  appId: string;
  apiKey: string;
  botUserId: string;
  webhookSecrets: string[];
  privateJwk: JWK;
  world: WorldData;
}

export interface SimulatorOptions {
  /** A free one where none is given. */
  port?: number;
  host?: string;
  appId?: string;
  webhookSecrets?: string[];
  /** Where events go; `webhooks.setUrl` sets it later. */
  webhookUrl?: string;
  /** Multiplies Whop's pauses between webhook retries (30 s … 12 h); 1 by default. */
  retryScale?: number;
  /** Requests a minute per operation and key; 0 for no limit. Whop's 600 by default. */
  rateLimitPerMinute?: number;
  /** Of the faults' chances. */
  seed?: number;
  state?: SimulatorState;
  /** How many messages a channel remembers; 10,000 by default. */
  keptPerChannel?: number;
  /** Of everything but the tokens' lifetime and real waiting: a test moves it, and with it keys, limits and memberships. */
  now?: () => Date;
}

export interface WhopSimulator {
  url: string;
  /** For WHOP_BASE_URL. */
  baseUrl: string;
  jwksUrl: string;
  appId: string;
  apiKey: string;
  /** The user as whom the app writes, for WHOP_BOT_USER_ID. */
  botUserId: string;
  /** The first of the secrets. */
  webhookSecret: string;
  signer: Signer;
  world: World;
  webhooks: WebhookSender;
  faults: Faults;
  permissions: Permissions;
  effects: Effects;
  /** An OAuth token with which Whop's SDK acts as the user. */
  userKey(userId: string): string;
  mintToken(userId: string): Promise<string>;
  /** What `/frame` shows until told otherwise by `?user=` and `?experience=`. */
  setFrame(target: FrameTarget): void;
  state(): SimulatorState;
  stop(): Promise<void>;
}

/** Starts a Whop of one's own: API, keys, webhooks and a page with the iframe, all in this process. */
export async function startWhopSimulator(options: SimulatorOptions = {}): Promise<WhopSimulator> {
  const { host = "127.0.0.1", now = () => new Date(), state } = options;
  const appId = options.appId ?? state?.appId ?? newId("app");
  const apiKey = state?.apiKey ?? `simulated-key-${randomBytes(24).toString("hex")}`;
  const botUserId = state?.botUserId ?? newId("user");
  let secrets = options.webhookSecrets ?? state?.webhookSecrets ?? [`ws_${randomBytes(32).toString("hex")}`];
  const signer = await createSigner(appId, state?.privateJwk);

  const faults = createFaults(seededRandom(options.seed ?? 1));
  const effects = createEffects(now);
  const onChange = () => live.changed();
  const sender = createWebhookSender({ ...options, url: options.webhookUrl, secrets, faults, now, onChange });
  const webhooks: WebhookSender = {
    ...sender,
    send: (event) => sender.send(event, { isWithheld: !permissions.isInstalled(event.companyId) }),
    setSecrets: (given) => {
      secrets = given;
      sender.setSecrets(given);
    },
  };
  const telling = [() => world, () => webhooks] as const;
  const events = {
    ...watchedBy(() => live, chatWebhooks(...telling)),
    ...membershipWebhooks(...telling),
    ...lessonWebhooks(...telling),
    forumChanged: (experienceId: string) => live.forum(experienceId),
  };
  const world: World = createWorld({ data: state?.world, now, events, keptPerChannel: options.keptPerChannel });
  const permissions = createPermissions(world);
  const live = createLiveFeed({ world, webhooks, faults, now });
  if (!world.user(botUserId)) world.addUser({ id: botUserId, username: "wee5", name: "WEE5" });
  const credentials = createCredentials(apiKey);

  let url = "";
  let frame: FrameTarget | undefined;
  const context = { world, effects, appId, botUserId, url: () => url };
  const rateLimit = createRateLimit(options.rateLimitPerMinute ?? REQUESTS_PER_MINUTE, now);
  const idempotency = createIdempotencyStore(now);
  const api = createApi({ context, credentials, faults, permissions, rateLimit, idempotency });
  const target = () => frame;
  const control = createControl({ world, signer, faults, permissions, effects, live, target });
  const page = createHostPage({ world, appId, target });
  const server = createAdaptorServer({ fetch: createSite({ api, control, signer, faults, host: page }).fetch });
  if ("keepAliveTimeout" in server) keepOpen(server);
  server.listen(options.port ?? 0, host);
  await once(server, "listening");
  url = `http://${host}:${(server.address() as AddressInfo).port}`; // Listening on TCP, it has an address and a port.

  return {
    url,
    baseUrl: `${url}${API_PATH}`,
    jwksUrl: `${url}/.well-known/jwks.json`,
    appId,
    apiKey,
    botUserId,
    webhookSecret: secrets[0] ?? "",
    signer,
    world,
    webhooks,
    faults,
    permissions,
    effects,
    userKey: credentials.userKey,
    mintToken: signer.mint,
    setFrame: (target) => {
      frame = target;
    },
    state: () => {
      const { privateJwk } = signer;
      return { appId, apiKey, botUserId, webhookSecrets: secrets, privateJwk, world: world.data() };
    },
    stop: async () => {
      await webhooks.stop();
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}

/** The app is told by webhook, and open pages see it at once. */
function watchedBy(live: () => LiveFeed, telling: Required<Pick<ChatEvents, "message" | "reaction">>): ChatEvents {
  return {
    deleted: (message) => live().deleted(message),
    message: (message) => {
      live().message(message);
      telling.message(message);
    },
    reaction: (reaction) => {
      live().reaction(reaction);
      telling.reaction(reaction);
    },
  };
}
