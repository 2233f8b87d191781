import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { BAD_TOKENS, type BadToken } from "@/dev/whop/bad-tokens";
import { startWhopSimulator } from "@/dev/whop/simulator";
import { createTokenVerifier, type TokenVerifier } from "@/lib/auth/user-token";
import { aWhop } from "@/tests/support/whop";

const whop = aWhop();
let verifier: TokenVerifier;

const verifierFor = ({ appId, jwksUrl } = whop()) => createTokenVerifier({ appId, jwksUrl });
const sent = (token: string) => new Headers({ "x-whop-user-token": token });
const unauthorized = expect.objectContaining({ code: "unauthorized", status: 401 });
const unavailable = expect.objectContaining({ code: "unavailable", status: 503 });

beforeAll(() => {
  verifier = verifierFor();
});

test("Whop's token signs its user in", async () => {
  expect(await verifier.verify(sent(await whop().mintToken("user_ada")))).toEqual({ userId: "user_ada" });
});

test.each(Object.entries<BadToken>(BAD_TOKENS))("a token that is %s signs nobody in", async (_name, forge) => {
  const token = await forge(whop().signer, "user_ada");
  await expect(verifier.verify(sent(token))).rejects.toEqual(unauthorized);
});

test("no header, an empty one, two tokens and too long a one sign nobody in", async () => {
  const token = await whop().mintToken("user_ada");
  const twice = sent(token);
  twice.append("x-whop-user-token", token);
  for (const headers of [
    new Headers(),
    sent(""),
    twice,
    sent(`${token} `.repeat(2)),
    sent(`${"a".repeat(9_000)}.b.c`),
  ]) {
    await expect(verifier.verify(headers)).rejects.toEqual(unauthorized);
  }
});

test("a token is refused from the moment it ends, five seconds of grace aside", async () => {
  const token = await whop().mintToken("user_ada");
  const { appId, jwksUrl } = whop();
  const at = (seconds: number) => {
    const now = () => new Date(Date.now() + seconds * 1000);
    return createTokenVerifier({ appId, jwksUrl, now }).verify(sent(token));
  };
  expect(await at(3_600)).toEqual({ userId: "user_ada" });
  await expect(at(3_610)).rejects.toEqual(unauthorized);
});

test("known keys keep working while Whop is away, and unknown ones are not guessed at", async () => {
  const away = await startWhopSimulator();
  const steadfast = verifierFor(away);
  const token = await away.mintToken("user_ada");
  await steadfast.verify(sent(token));
  await away.stop();
  expect(await steadfast.verify(sent(token))).toEqual({ userId: "user_ada" });
  await expect(verifierFor(away).verify(sent(token))).rejects.toEqual(unavailable);
});

test.each(["drop_before", "stall", "garbage", "status"] as const)(
  "keys that cannot be had (%s) let nobody in, for now",
  async (kind) => {
    const token = await whop().mintToken("user_ada");
    const fresh = verifierFor();
    whop().faults.add({ kind, operation: "jwks" });
    await expect(fresh.verify(sent(token))).rejects.toEqual(unavailable);
    expect(await fresh.verify(sent(token))).toEqual({ userId: "user_ada" });
  },
);

test("many at once fetch the keys once", async () => {
  const fresh = verifierFor();
  whop().faults.add({ kind: "delay", delayMs: 50, operation: "jwks" });
  whop().faults.add({ kind: "status", operation: "jwks", times: 100 });
  const token = await whop().mintToken("user_ada");
  const users = await Promise.all(Array.from({ length: 50 }, () => fresh.verify(sent(token))));
  expect(users).toHaveLength(50);
});

test("only ES256 counts, also when Whop's key set holds keys of other kinds", async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "rsa" }, whop().signer.publicJwk];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { appId } = whop();
  const mixed = createTokenVerifier({ appId, jwksUrl });
  const token = await new SignJWT({ sub: "user_ada", aud: appId, iss: "urn:whopcom:exp-proxy" })
    .setProtectedHeader({ alg: "RS256", kid: "rsa" })
    .setExpirationTime("1h")
    .sign(privateKey);
  expect(await mixed.verify(sent(await whop().mintToken("user_ada")))).toEqual({ userId: "user_ada" });
  await expect(mixed.verify(sent(token))).rejects.toEqual(unauthorized);
  await new Promise((closed) => server.close(closed));
});
