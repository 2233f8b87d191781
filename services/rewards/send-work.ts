import type { Transaction } from "kysely";
import type { SendDeps } from "@/services/rewards/send-rewards";
import type { Claimed, Lease } from "@/services/rewards/send-rewards.queries";
import type { DB } from "@/types/database";

/** One reward in a worker's hands. */
export type Work = {
  deps: SendDeps;
  lease: Lease;
  reward: Claimed;
  leaseSeconds: number;
  /** Nothing is waited for beyond. */
  until?: Date;
  /** One transaction of the reward's community. */
  write<T>(query: (trx: Transaction<DB>) => Promise<T>): Promise<T>;
};
