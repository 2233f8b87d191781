import { Client } from "pg";
import { failWith } from "@/scripts/fail-with";
import { keepGenerated } from "@/scripts/keep-generated";
import * as catalogue from "@/scripts/schema-catalogue";
import { withMigratedDatabase } from "@/scripts/with-database";

const PARTS: [title: string, query: string][] = [
  ["Roles", catalogue.ROLES],
  ["Schemas", catalogue.SCHEMAS],
  ["Default privileges", catalogue.DEFAULT_PRIVILEGES],
  ["Extensions", catalogue.EXTENSIONS],
  ["Types", catalogue.TYPES],
  ["Sequences", catalogue.SEQUENCES],
  ["Tables and views", catalogue.TABLES],
  ["Publications", catalogue.PUBLICATIONS],
  ["Functions", catalogue.FUNCTIONS],
];

const HEADING = `-- The whole schema, made from the migrated database by \`npm run schema\`. For reading; the migrations are what runs.
-- Left out: monthly partitions (made ahead as months pass), graphile-worker's schema and the record of migrations.
`;

async function main(): Promise<void> {
  const text = await withMigratedDatabase(async (ownerUrl) => {
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    try {
      // Names of our own schema then appear without it, others in full.
      await client.query("set search_path = public");
      const parts: string[] = [];
      for (const [title, query] of PARTS) {
        const { rows } = await client.query<{ statement: string | null }>(query);
        const statements = rows.flatMap((row) => (row.statement ? [row.statement.replace(/[ \t]+$/gm, "")] : []));
        if (statements.length > 0) parts.push(`-- ${title}\n\n${statements.join(separator(title))}`);
      }
      return `${HEADING}\n${parts.join("\n\n\n")}\n`;
    } finally {
      await client.end();
    }
  });
  await keepGenerated("supabase/schema.sql", text, "npm run schema");
}

function separator(title: string): string {
  return title.startsWith("Tables") || title === "Functions" ? "\n\n" : "\n";
}

main().catch(failWith("The schema was not written"));
