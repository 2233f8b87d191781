import { dayIn } from "@/services/xp/calendar";

/** The time zone of every settings version of a community, oldest version first. */
export type Zones = readonly { version: number; validFrom: Date; timeZone: string }[];

/** The day (YYYY-MM-DD) that a moment belongs to: in the time zone of the settings in force then. */
export function dayOf(zones: Zones, at: Date): string {
  const zone = zones.findLast(({ validFrom }) => validFrom <= at);
  if (!zone) throw new Error(`No settings are in force at ${at.toISOString()}.`);
  return dayIn(zone.timeZone, at);
}
