import { Client } from "pg";
import { startPostgres } from "@/dev/postgres";

/** A process that starts a server, says where it is, and waits for its end, or ends by itself when told "exit". */
async function main(): Promise<void> {
  const postgres = await startPostgres({ durable: false });
  const client = new Client({ connectionString: postgres.url() });
  await client.connect();
  const { rows } = await client.query("show data_directory");
  await client.end();
  process.stdout.write(JSON.stringify({ pid: postgres.pid, folder: rows[0].data_directory }));
  if (process.argv[2] === "exit") setTimeout(() => process.exit(3), 200);
  else setInterval(() => undefined, 1_000);
}

main();
