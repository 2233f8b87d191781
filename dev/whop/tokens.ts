import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";

export const ISSUER = "urn:whopcom:exp-proxy";

/** Signs user tokens as Whop does: ES256, one hour. */
export interface Signer {
  appId: string;
  kid: string;
  privateJwk: JWK;
  publicJwk: JWK;
  mint(userId: string): Promise<string>;
}

export async function createSigner(appId: string, savedKey?: JWK): Promise<Signer> {
  const privateJwk = savedKey ?? (await newPrivateKey());
  const { d: _secret, ...publicPart } = privateJwk;
  const kid = await calculateJwkThumbprint(publicPart);
  const key = await importJWK(privateJwk, "ES256");
  return {
    appId,
    kid,
    privateJwk,
    publicJwk: { ...publicPart, kid, alg: "ES256", use: "sig" },
    mint: (userId) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "ES256", kid })
        .setSubject(userId)
        .setAudience(appId)
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(key),
  };
}

async function newPrivateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return exportJWK(privateKey);
}
