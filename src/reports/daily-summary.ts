import type { Customer, Person } from '../domain/customer.ts';
import { SPANS, type Window } from '../domain/window.ts';
import type { LocalDay } from '../lib/local-day.ts';
import type { MailContent } from '../notify/mail-content.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { StateStore } from '../store/state-store.ts';
import { SUMMARY_QUANTITIES, SUMMARY_SPAN, summarise } from './summary.ts';
import { summaryMail } from './summary-mail.ts';

export interface SummarySources {
  readonly customers: readonly Customer[];
  readonly people: readonly Person[];
  readonly siteName: string;
  readonly timeZone: string;
  readonly store: Pick<SeriesStore, 'windows'>;
  readonly state: Pick<StateStore, 'alertsBetween'>;
}

/** A window is in the store so long after its end: what closes it waits for late readings and then for its turn. */
export const SETTLED_AFTER = 60_000;

/**
 * The summary of one day for each account manager who has customers. A day that is not over is summed up until its last
 * window that is in the store by `now`.
 */
export async function dailySummaries(
  sources: SummarySources,
  day: LocalDay,
  now: number,
): Promise<readonly { readonly manager: Person; readonly content: MailContent }[]> {
  const { customers, people, siteName, timeZone, store, state } = sources;
  const settled = Math.floor((now - SETTLED_AFTER) / SPANS[SUMMARY_SPAN]) * SPANS[SUMMARY_SPAN];
  const period = { from: day.from, to: Math.max(day.from, Math.min(day.to, settled)) };
  const alerts = state.alertsBetween(day.from, Math.min(day.to, now));
  const summaries: { manager: Person; content: MailContent }[] = [];
  for (const manager of people) {
    const own = customers.filter((customer) => customer.accountManager === manager.id);
    if (own.length === 0) continue;
    const windows = await windowsOf(own, store, period);
    const { name, locale } = manager;
    const context = { siteName, timeZone, date: day.date, period, name, locale };
    summaries.push({ manager, content: summaryMail(summarise(own, alerts, windows, period), context) });
  }
  return summaries;
}

async function windowsOf(
  customers: readonly Customer[],
  store: Pick<SeriesStore, 'windows'>,
  period: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, readonly Window[]>> {
  const meters = customers.flatMap((customer) => customer.supplyPoints.flatMap((point) => point.meters));
  const byMeter = new Map<string, readonly Window[]>();
  for (const { id } of meters) {
    byMeter.set(id, await store.windows(id, SUMMARY_SPAN, period.from, period.to, SUMMARY_QUANTITIES));
  }
  return byMeter;
}
