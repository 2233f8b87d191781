import { createHmac, createPublicKey } from "node:crypto";
import {
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";
import { ISSUER, type Signer } from "./tokens";

/** A token that must sign nobody in. */
export type BadToken = (signer: Signer, userId: string) => Promise<string>;

const HOUR = 3_600;
const seconds = () => Math.floor(Date.now() / 1000);

/** Each forgery by the name under which a test lists it. */
export const BAD_TOKENS = {
  expired: (signer, userId) => sign(signer, claims(signer, userId, { exp: seconds() - HOUR })),
  "without exp": (signer, userId) => sign(signer, claims(signer, userId, { exp: undefined })),
  "without sub": (signer, userId) => sign(signer, claims(signer, userId, { sub: undefined })),
  "without aud": (signer, userId) => sign(signer, claims(signer, userId, { aud: undefined })),
  "of another app": (signer, userId) => sign(signer, claims(signer, userId, { aud: "app_another" })),
  "of another issuer": (signer, userId) => sign(signer, claims(signer, userId, { iss: "urn:whopcom:other" })),
  "not yet valid": (signer, userId) => sign(signer, claims(signer, userId, { nbf: seconds() + HOUR })),
  "for no user": (signer) => sign(signer, claims(signer, "biz_company")),
  "alg none": async (signer, userId) => `${encode({ alg: "none" })}.${encode(claims(signer, userId))}.`,
  "HS256 with the public key": hs256WithPublicKey,
  "signed by another key": async (signer, userId) => sign(signer, claims(signer, userId), {}, await anotherKey()),
  "of an unknown key": async (signer, userId) => {
    return sign(signer, claims(signer, userId), { kid: "unknown" }, await anotherKey());
  },
  "with its own key": async (signer, userId) => {
    const key = await anotherKey();
    const { d: _secret, ...jwk } = key;
    return sign(signer, claims(signer, userId), { jwk, kid: "own" }, key);
  },
  "with a key elsewhere": async (signer, userId) => {
    const header = { jku: "http://127.0.0.1:9/jwks.json", kid: "elsewhere" };
    return sign(signer, claims(signer, userId), header, await anotherKey());
  },
  "with an unknown crit": async (signer, userId) => {
    const [, payload] = (await sign(signer, claims(signer, userId))).split(".");
    const header = encode({ alg: "ES256", kid: signer.kid, crit: ["x-new"], "x-new": true });
    return `${header}.${payload}.${"A".repeat(86)}`;
  },
  altered: async (signer, userId) => {
    const [header, , signature] = (await sign(signer, claims(signer, userId))).split(".");
    return `${header}.${encode(claims(signer, "user_someoneelse"))}.${signature}`;
  },
  "no token at all": async () => "nonsense",
} satisfies Record<string, BadToken>;

export type BadTokenName = keyof typeof BAD_TOKENS;

function claims(signer: Signer, userId: string, changes: JWTPayload = {}): JWTPayload {
  return { sub: userId, aud: signer.appId, iss: ISSUER, iat: seconds(), exp: seconds() + HOUR, ...changes };
}

async function sign(
  signer: Signer,
  payload: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
  key: JWK = signer.privateJwk,
): Promise<string> {
  const protectedHeader = { alg: "ES256", kid: signer.kid, ...header };
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(await importJWK(key, "ES256"));
}

async function anotherKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return exportJWK(privateKey);
}

/** The old confusion: the public key, which everybody has, used as a shared secret. */
async function hs256WithPublicKey(signer: Signer, userId: string): Promise<string> {
  const { kty, crv, x, y } = signer.publicJwk;
  const pem = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }).export({ type: "spki", format: "pem" });
  const signed = `${encode({ alg: "HS256", kid: signer.kid })}.${encode(claims(signer, userId))}`;
  return `${signed}.${createHmac("sha256", pem).update(signed).digest("base64url")}`;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
