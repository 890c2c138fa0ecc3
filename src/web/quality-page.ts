import type { Locale } from '../domain/customer.ts';
import { localTime } from '../lib/wording.ts';
import type { BrokerStatus } from './acquisition-status.ts';
import { renderDocument } from './document.ts';
import { html } from './html.ts';
import { type MeterQuality, QUALITY_STATES } from './meter-quality.ts';
import { QUALITY_LABELS } from './quality-labels.ts';
import { acquisitionTable, brokerTable, countsTable } from './quality-tables.ts';

/** What the page on data quality shows; the meters worst first. */
export interface QualityContent {
  readonly locale: Locale;
  readonly siteName: string;
  readonly timeZone: string;
  readonly now: number;
  readonly meters: readonly MeterQuality[];
  readonly brokers: readonly BrokerStatus[];
}

const DATE_LENGTH = 'yyyy-MM-dd'.length;

/** How good the data are, as one HTML document. */
export function renderQualityPage(content: QualityContent): string {
  const { locale, siteName, timeZone, now, meters, brokers } = content;
  const label = QUALITY_LABELS[locale];
  const counts = QUALITY_STATES.map((state) => {
    const count = meters.filter((meter) => meter.state === state).length;
    return { state, word: label.state[state], count };
  });
  const listening =
    brokers.length > 0
      ? html`<section class="brokers"><h2>${label.brokers} <span>${brokers.length}</span></h2>${brokerTable(brokers, locale)}</section>\n`
      : '';
  const title = `${label.title} · ${siteName} · pq-butler`;
  const link = { path: '/', words: label.back } as const;
  return renderDocument(
    { ...content, title, path: '/quality', link, counts },
    html`<section class="counts-today"><h2>${label.counts} <span>${localTime(now, timeZone).slice(0, DATE_LENGTH)}</span></h2>${countsTable(meters, locale)}</section>
${listening}<section class="acquisition"><h2>${label.acquisition}</h2>${acquisitionTable(meters, content)}</section>`,
  );
}
