import { z } from "zod";
import { experienceId } from "@/lib/http/fields";

export const FreshnessQuery = z.strictObject({ experienceId });

export const SyncRequest = z.strictObject({
  experienceId,
  /** check: read what is new from Whop, now. Start and stop: the back-fill. */
  action: z.enum(["check", "start_back_fill", "stop_back_fill"]),
});

export type SyncRequest = z.infer<typeof SyncRequest>;
