import { z } from "zod";
import type { Slice } from "@/services/activity/sync/slice";

const StoredRun = z.object({ runBeganAt: z.coerce.date().optional() });

/**
 * When the run began of which this is a turn: it may take several, and what one of them has read to its end the next ones need not read
 * again. In the feature's state, beside what else it notes there.
 */
export async function runBeganAt(slice: Slice): Promise<Date> {
  const state = await readState(slice);
  const { runBeganAt: began } = StoredRun.parse(state);
  if (began) return began;
  await slice.write((trx) => slice.saveState(trx, { ...state, runBeganAt: slice.startedAt }));
  return slice.startedAt;
}

/** Everything has been read that the run was to read. */
export async function endRun(slice: Slice): Promise<void> {
  const state = await readState(slice);
  await slice.write((trx) => slice.saveState(trx, { ...state, runBeganAt: undefined }));
}

async function readState(slice: Slice): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await slice.readState());
}
