import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf as textOf } from '../lib/errors.ts';
import { localDay, localDayOf } from '../lib/local-day.ts';
import type { Log } from '../lib/log.ts';
import { messageOf } from '../notify/announcer.ts';
import { renderText } from '../notify/mail-content.ts';
import { Mailer } from '../notify/mailer.ts';
import { dailySummaries } from '../reports/daily-summary.ts';
import { openForReading } from '../store/open-for-reading.ts';
import { StoreUnavailable } from '../store/series-store.ts';
import type { Output } from './output.ts';
import { readConfig, WRONG_CONFIGURATION } from './read-config.ts';

const FAILED = 1;

type Summaries = Awaited<ReturnType<typeof dailySummaries>>;

export interface SummaryRequest {
  readonly config: string;
  /** '2026-03-01' in the site's time zone; yesterday when not given. */
  readonly date?: string;
  /** Person id of one account manager. */
  readonly manager?: string;
  /** Mail it instead of printing it. */
  readonly send?: boolean;
}

/** Prints or mails the daily summaries of a day. Works beside a running daemon. Returns the exit code. */
export async function summary(request: SummaryRequest, out: Output, clock: Clock, log: Log): Promise<number> {
  const config = readConfig(request.config, out);
  if (!config) return WRONG_CONFIGURATION;
  const now = clock.now();
  const timeZone = config.site.time_zone;
  const day = request.date === undefined ? localDayOf(now, timeZone, 1) : localDay(request.date, timeZone);
  if (!day) {
    out.stderr.write(`--date ${request.date}: expected a day such as ${localDayOf(now, timeZone).date}\n`);
    return 2;
  }
  if (day.from > now) {
    out.stderr.write(`--date ${day.date}: expected a day that has begun\n`);
    return 2;
  }
  const managers = config.people.filter(({ role }) => role === 'account_manager');
  const people = managers.filter(({ id }) => request.manager === undefined || id === request.manager);
  if (people.length === 0) {
    out.stderr.write(`--manager ${request.manager}: expected one of ${managers.map(({ id }) => id).join(', ')}\n`);
    return 2;
  }

  let summaries: Summaries;
  try {
    const stores = await openForReading(config.store, config.fleet, config.dataDir, log);
    try {
      const sources = { customers: config.customers, people, siteName: config.site.name, timeZone, ...stores };
      summaries = await dailySummaries(sources, day, now);
    } finally {
      await stores.close();
    }
  } catch (error) {
    // No daemon ran here yet, a file is damaged, the database is away: for an operator to mend, who needs no stack.
    out.stderr.write(`no summary of ${day.date}: ${reasonOf(error, config)}\n`);
    return FAILED;
  }
  if (request.send) return await send(summaries, config, day.date, now, out);
  for (const { manager, content } of summaries) {
    out.stdout.write(`To: ${manager.name} <${manager.email}>\nSubject: ${content.subject}\n\n${renderText(content)}\n`);
  }
  return 0;
}

/** One line, and which database it is that cannot be used. */
function reasonOf(error: unknown, { store }: Config): string {
  const reason = textOf(error).replace(/\s+/g, ' ');
  const isAway = error instanceof StoreUnavailable && store.kind === 'influx';
  return isAway ? `${store.influx.url} cannot be used now: ${reason}` : reason;
}

/** Mails at once, past the outbox: who asked for it is there to see whether it worked. */
async function send(summaries: Summaries, config: Config, date: string, now: number, out: Output): Promise<number> {
  const mailer = new Mailer(config.mail);
  mailer.start();
  let failed = 0;
  try {
    for (const { manager, content } of summaries) {
      const delivery = await mailer.deliver(messageOf(content, manager, `summary.${date}.${now}`, now));
      if (delivery.outcome === 'delivered') {
        out.stdout.write(`sent to ${manager.email}: ${content.subject}\n`);
      } else {
        failed += 1;
        out.stderr.write(`not sent to ${manager.email}: ${delivery.reason}\n`);
      }
    }
  } finally {
    mailer.stop();
  }
  return failed === 0 ? 0 : FAILED;
}
