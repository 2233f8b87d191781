import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { Client } from "pg";

/** The role that the application connects as. The first migration creates it, without a login. */
const APP_ROLE = "wee5_app";

/**
 * Lets the application's role log in with the password of its connection string, unless it already can.
 * Does nothing when the string names another role.
 * @param owner a connected client that may alter the role.
 */
export async function letAppRoleLogIn(owner: Client, appUrl: string): Promise<void> {
  const { username, password } = new URL(appUrl);
  // A pooler tells tenants apart by what follows the dot: wee5_app.projectref.
  if (username.split(".")[0] !== APP_ROLE || password === "") return;
  if (await canConnect(appUrl)) return;
  const verifier = scramVerifier(decodeURIComponent(password));
  await owner.query(`alter role ${APP_ROLE} with login password ${owner.escapeLiteral(verifier)}`);
}

async function canConnect(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on("error", () => undefined); // the answer below says it all
  try {
    await client.connect();
    return true;
  } catch {
    return false; // whatever the reason, setting the password is what we can do about it
  } finally {
    await client.end();
  }
}

/** What Postgres itself would store (RFC 5803), so that the password never stands in a statement or a server's log. */
function scramVerifier(password: string, iterations = 4096): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
