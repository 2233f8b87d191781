import { migrate } from "@/lib/db/migrate";
import { loadEnvFile } from "@/scripts/environment";
import { failWith } from "@/scripts/fail-with";

/** `npm run migrate`: brings the schema up to date, and gives the app's role the password in `DATABASE_URL`. */
async function main(): Promise<void> {
  loadEnvFile();
  const ownerUrl = process.env.DIRECT_DATABASE_URL;
  if (!ownerUrl) throw new Error("DIRECT_DATABASE_URL is not set: the owner's direct connection to the database.");
  const applied = await migrate({ ownerUrl, appUrl: process.env.DATABASE_URL });
  const news = applied.map((name) => `applied ${name}\n`).join("");
  process.stdout.write(news || "The database is up to date.\n");
}

main().catch(failWith("Migration failed"));
