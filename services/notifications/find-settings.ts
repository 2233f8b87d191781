import type { Transaction } from "kysely";
import { AppError } from "@/lib/errors";
import { findStoredSettings } from "@/services/notifications/notifications.queries";
import { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import type { DB } from "@/types/database";

/** What a community tells its members. @throws AppError not_found */
export async function findNotificationSettings(
  trx: Transaction<DB>,
  communityId: string,
): Promise<{ version: number; settings: StoredNotificationSettings }> {
  const row = await findStoredSettings(trx, communityId);
  if (!row) throw new AppError("not_found", "There is no such community.");
  return { version: row.version, settings: StoredNotificationSettings.parse(row.settings) };
}
