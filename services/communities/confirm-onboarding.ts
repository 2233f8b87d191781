import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName, sqlState } from "@/lib/errors";
import { forgetSettings } from "@/services/communities/find-settings";

export type OnboardingChoice = {
  timeZone: string;
  /** Every rule of the community, on or off. */
  rules: Record<string, boolean>;
  /** `rewardsConfirmedAt` as the admin saw it, ISO 8601; null for not yet. */
  seen: string | null;
  by: string;
};

const INVALID_TIME_ZONE = "22023";

/**
 * Confirms what levels pay and in which time zone days are counted, all or nothing: from then on rewards may be sent. A new
 * time zone holds from now on. The same choice again changes nothing. Audited.
 * @returns when the choice was made, ISO 8601.
 * @throws AppError conflict when another choice came between, or the rules are others · bad_request for a time zone that the
 * database does not know · not_found
 */
export async function confirmOnboarding(
  deps: Pick<Deps, "db">,
  communityId: string,
  { timeZone, rules, seen, by }: OnboardingChoice,
): Promise<string> {
  try {
    const confirmed = await inCommunity(deps.db, communityId, (trx) =>
      sql<{ at: Date }>`select confirm_onboarding(${communityId}, ${by}, ${timeZone}, ${JSON.stringify(rules)}::jsonb,
        ${seen}::timestamptz) as at`.execute(trx),
    );
    const [row] = confirmed.rows;
    if (!row) throw new Error("The database gave no time.");
    return row.at.toISOString();
  } catch (error) {
    throw asAppError(error);
  } finally {
    forgetSettings(deps, communityId);
  }
}

function asAppError(error: unknown): unknown {
  const name = sqlErrorName(error);
  if (name === "stale_settings") {
    const message = "Somebody else has just changed these settings. Load the page again to see them.";
    return new AppError("conflict", message, { cause: error });
  }
  if (name === "not_found") return new AppError("not_found", "There is no such community.", { cause: error });
  if (sqlState(error) === INVALID_TIME_ZONE) {
    return new AppError("bad_request", "This time zone is not known here. Choose one that is near.", { cause: error });
  }
  return error;
}
