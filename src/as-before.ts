import type { Fleet } from './domain/fleet.ts';
import { SPANS } from './domain/window.ts';
import { localDayOf } from './lib/local-day.ts';
import type { Log } from './lib/log.ts';
import { withinTime } from './lib/within-time.ts';
import { KEPT_DAYS } from './quality/quality-days.ts';
import { QualityWatch } from './quality/quality-watch.ts';
import type { SeriesStore } from './store/series-store.ts';
import type { StateStore } from './store/state-store.ts';
import { refill, windowsFrom } from './windows/refill.ts';
import type { Windows } from './windows/windows.ts';

/** A database that is away must not hold up the watch. */
const READ_BACK_WITHIN = 3_000;

/** Where no meter says otherwise. */
const POLL_INTERVAL = 1_000;

const CLOSED_UNTIL = 'windows: closed until';

interface Before {
  readonly fleet: Fleet;
  readonly state: StateStore;
  readonly log: Log;
  readonly now: number;
}

/** The windows that were open when the daemon stopped, filled again from the store. */
export async function windowsAsBefore({
  fleet: { meters },
  store,
  state,
  log,
  now,
}: Before & { readonly store: Pick<SeriesStore, 'readings'> }): Promise<Windows> {
  const notedUntil = Number(state.noted(CLOSED_UNTIL) ?? now);
  const windows = windowsFrom(notedUntil, now, (meter) => meters.get(meter)?.meter.pollInterval ?? POLL_INTERVAL);
  try {
    // What takes longer goes on beside the watch.
    const readBack = refill(windows, meters.keys(), now, (meter, from, to) => store.readings(meter, from, to));
    await withinTime(readBack, READ_BACK_WITHIN);
  } catch (error) {
    log.warn({ err: error }, 'The store could not be read at start: windows in progress will be incomplete');
  }
  return windows;
}

/** Notes until when windows are closed, once a minute. */
export function noteClosing(before: number, windows: Windows, state: StateStore): void {
  const after = windows.closedUntil();
  if (Math.floor(before / SPANS['1m']) !== Math.floor(after / SPANS['1m'])) state.note(CLOSED_UNTIL, String(after));
}

/** The counts of data quality, as they stood on disk. */
export function qualityAsBefore({
  fleet,
  timeZone,
  state,
  log,
  now,
}: Before & { readonly timeZone: string }): QualityWatch {
  const quality = new QualityWatch({ fleet, timeZone, log });
  const dates = Array.from({ length: KEPT_DAYS }, (_, back) => localDayOf(now, timeZone, back).date);
  quality.restore(
    dates.flatMap((date) => state.qualityDays(date)),
    now,
  );
  return quality;
}
