import { migrate } from "@/lib/db/migrate";
import { failWith } from "@/scripts/fail-with";

async function main(): Promise<void> {
  const ownerUrl = process.env.DIRECT_DATABASE_URL;
  if (!ownerUrl) throw new Error("DIRECT_DATABASE_URL is not set: the owner's direct connection to the database.");
  const applied = await migrate({ ownerUrl, appUrl: process.env.DATABASE_URL });
  const news = applied.map((name) => `applied ${name}\n`).join("");
  process.stdout.write(news || "The database is up to date.\n");
}

main().catch(failWith("Migration failed"));
