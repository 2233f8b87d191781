import { join } from "node:path";

/** The packages are those of the repository around it. */
export default { turbopack: { root: join(import.meta.dirname, "..", "..") }, poweredByHeader: false };
