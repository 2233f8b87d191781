import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import { writePrivately } from "@/dev/private-file";
import { readJson } from "@/dev/read-json";
import { newId } from "@/dev/whop/random";

const Jwk = z.looseObject({ kty: z.string(), d: z.string() });

const Secrets = z.object({
  appPassword: z.string().min(1),
  redisToken: z.string().min(1),
  webhookSecret: z.string().min(1),
  whopApiKey: z.string().min(1),
  cronSecret: z.string().min(1),
  encryptionKey: z.string().min(1),
  jwtSecret: z.string().min(1),
  appId: z.string().min(1),
  botUserId: z.string().min(1),
  /** With which the simulated Whop signs user tokens. */
  tokenKey: Jwk,
});

export type Secrets = z.infer<typeof Secrets>;

/** The local stack's own secrets: made once, kept in a file that only its owner reads. */
export async function loadSecrets(path: string): Promise<Secrets> {
  const known = Secrets.safeParse(await readJson(path));
  if (known.success) return known.data;
  const secrets = await newSecrets();
  await writePrivately(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

async function newSecrets(): Promise<Secrets> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    appPassword: drawn(18),
    redisToken: drawn(18),
    webhookSecret: `ws_${randomBytes(32).toString("hex")}`,
    whopApiKey: `simulated-key-${randomBytes(24).toString("hex")}`,
    cronSecret: drawn(24),
    encryptionKey: randomBytes(32).toString("base64"),
    jwtSecret: drawn(36),
    appId: newId("app"),
    botUserId: newId("user"),
    tokenKey: Jwk.parse(await exportJWK(privateKey)),
  };
}

const drawn = (bytes: number) => randomBytes(bytes).toString("base64url");
