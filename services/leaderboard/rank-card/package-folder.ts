import { join } from "node:path";

/**
 * Where the files of a package are. They are data read at run time: next.config.ts names them for the deployment, and the comment
 * keeps the bundler from taking all of node_modules for what is meant.
 */
export function packageFolder(name: string): string {
  return join(/* turbopackIgnore: true */ process.cwd(), "node_modules", name);
}
