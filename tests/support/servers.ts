import type { Postgres } from "@/dev/postgres";
import type { RedisServer } from "@/dev/redis/server";

/** What global-setup started and global-teardown stops; both run in the same process. */
export const servers: { postgres?: Postgres; redis?: RedisServer } = {};
