import { servers } from "@/tests/support/servers";

export default async function globalTeardown(): Promise<void> {
  await Promise.all([servers.postgres?.stop(), servers.redis?.stop()]);
}
