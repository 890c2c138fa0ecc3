import type { Locale } from '../domain/customer.ts';
import type { QualityCounts } from '../domain/data-quality.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { AcquisitionStatus, BrokerStatus } from './acquisition-status.ts';
import { placeInWords } from './alert-table.ts';
import { doubtsInShort, valueDoubts, wiringInWords } from './doubt-words.ts';
import { type Content, html, type Markup } from './html.ts';
import { LABELS } from './labels.ts';
import type { MeterQuality } from './meter-quality.ts';
import { ageInWords, shortTime } from './moments.ts';
import { QUALITY_LABELS } from './quality-labels.ts';
import { badge, table, twoLines } from './table.ts';

export interface QualitySurroundings {
  readonly locale: Locale;
  readonly timeZone: string;
  readonly now: number;
}

/** A meter's clock that differs less, in seconds, is right: reading it takes some time itself. */
const CLOCK_IS_RIGHT = 2;

const TROUBLES = ['late', 'duplicate', 'missing', 'frozen', 'unreasonable', 'inconsistent'] as const;

/** The counts of today, below them what was amiss yesterday, one row per meter in the order given. */
export function countsTable(meters: readonly MeterQuality[], locale: Locale): Markup {
  const label = QUALITY_LABELS[locale];
  const rows = meters.map((meter) => {
    const { today, yesterday, place, state } = meter;
    return {
      look: state,
      cells: [
        stateCell(meter, locale),
        twoLines(place.customer.name, placeInWords(place)),
        twoLines(place.meter.id, place.line),
        overTwoDays(today && percentOf(today), yesterday && percentOf(yesterday), locale),
        overTwoDays(today && receivedOf(today), yesterday && isIncomplete(yesterday) && receivedOf(yesterday), locale),
        ...TROUBLES.map((name) => troubleCell(today?.[name] ?? 0, yesterday?.[name] ?? 0, locale)),
      ],
    };
  });
  const { status, customer } = LABELS[locale];
  const troubles = TROUBLES.map((name) => label.count[name]);
  return table('counts-table', [status, customer, label.meter, label.completeness, label.received, ...troubles], rows);
}

function stateCell(meter: MeterQuality, locale: Locale): Markup {
  const mark = badge(meter.state, QUALITY_LABELS[locale].state[meter.state]);
  const why = whyInDoubt(meter, locale);
  return why === '' ? mark : html`${mark}<small>${why}</small>`;
}

/** Why a meter is in doubt, in short: its latest reading and its wiring, else its readings of today. Empty when it is not. */
function whyInDoubt(meter: MeterQuality, locale: Locale): string {
  if (meter.state !== 'warning') return '';
  const label = QUALITY_LABELS[locale];
  const doubts = doubtsInShort(meter, locale);
  if (doubts !== '') return doubts;
  return meter.today && lacksMoreThanItDoubts(meter.today) ? label.incomplete : label.unsound;
}

function lacksMoreThanItDoubts(counts: QualityCounts): boolean {
  const { expected, received, missing, frozen, unreasonable, inconsistent } = counts;
  return expected - received > missing + frozen + unreasonable + inconsistent;
}

function overTwoDays(today: string | undefined, yesterday: string | undefined | false, locale: Locale): Content {
  if (!today && !yesterday) return '';
  return twoLines(today ?? '–', yesterday ? QUALITY_LABELS[locale].yesterday(yesterday) : '');
}

/** A narrow screen leaves out what is nought on both days. */
function troubleCell(today: number, yesterday: number, locale: Locale): Content {
  if (today === 0 && yesterday === 0) return html`<span class="nought">0</span>`;
  return overTwoDays(grouped(today), yesterday > 0 && grouped(yesterday), locale);
}

/** How each meter answers, and what its latest reading and its wiring are worth, one row per meter in the order given. */
export function acquisitionTable(meters: readonly MeterQuality[], surroundings: QualitySurroundings): Markup {
  const { locale } = surroundings;
  const label = QUALITY_LABELS[locale];
  const rows = meters.map((meter) => ({
    look: meter.state,
    cells: [
      badge(meter.state, label.state[meter.state]),
      meterCell(meter),
      answerCell(meter, surroundings),
      pollsCell(meter.acquisition, locale),
      meter.acquisition?.busLoad === undefined ? '' : `${(100 * meter.acquisition.busLoad).toFixed(0)} %`,
      clockInWords(meter.clockOffset, locale),
      wiringCell(meter.wiring, locale),
      doubtsCell(meter.reading, locale),
    ],
  }));
  const { meter, answer, polls, busLoad, clock, wiring, values } = label;
  const headings = [LABELS[locale].status, meter, answer, polls, busLoad, clock, wiring, values];
  return table('acquisition-table', headings, rows);
}

export function brokerTable(brokers: readonly BrokerStatus[], locale: Locale): Markup {
  const label = QUALITY_LABELS[locale];
  const rows = brokers.map(({ id, isConnected, lastError, received, poison }) => {
    const state = isConnected ? 'fine' : 'blind';
    const trouble = isConnected || lastError === undefined ? '' : lastError;
    return {
      look: state,
      cells: [
        badge(state, isConnected ? label.connected : label.notConnected),
        twoLines(id, trouble),
        grouped(received),
        poison > 0 ? html`<b>${grouped(poison)}</b>` : html`<span class="nought">0</span>`,
      ],
    };
  });
  return table('broker-table', [LABELS[locale].status, label.broker, label.messages, label.poison], rows);
}

/** Whose meter it is, and on which line; the mark on the status page leads here. */
function meterCell({ place }: MeterQuality): Markup {
  const { meter, customer, line } = place;
  return html`<span id="${meter.id}">${twoLines(customer.name, `${meter.id} · ${line}`)}</span>`;
}

/** Whether it answers, or why not; below it, when its latest reading was. */
function answerCell({ acquisition, reading, state }: MeterQuality, surroundings: QualitySurroundings): Markup {
  const { locale, timeZone, now } = surroundings;
  const label = QUALITY_LABELS[locale];
  const isBlind = state === 'blind';
  const time = reading && shortTime(reading.time, now, timeZone);
  const age = reading && isBlind ? ` · ${LABELS[locale].ago(ageInWords(now - reading.time, locale))}` : '';
  const heard = time === undefined ? label.noReading : label.readAt(`${time}${age}`);
  if (acquisition?.answering === false) return twoLines(acquisition.lastError ?? label.noAnswer, heard);
  return isBlind ? twoLines(label.noNewReading, heard) : html`${label.answers}<small>${heard}</small>`;
}

function pollsCell(acquisition: AcquisitionStatus | undefined, locale: Locale): Content {
  if (!acquisition) return '';
  const label = QUALITY_LABELS[locale];
  const { polls, failed, skipped } = acquisition;
  const troubles = [
    ...(failed > 0 ? [label.failed(grouped(failed))] : []),
    ...(skipped > 0 ? [label.skipped(grouped(skipped))] : []),
  ];
  return twoLines(grouped(polls), troubles.join(' · '));
}

/** '4 s ahead', '快 4 秒'; empty when the meter was not asked for its clock. */
function clockInWords(offset: number | undefined, locale: Locale): string {
  const label = QUALITY_LABELS[locale];
  if (offset === undefined) return '';
  if (Math.abs(offset) < CLOCK_IS_RIGHT) return label.onTime;
  const span = ageInWords(Math.abs(offset) * 1000, locale);
  return offset > 0 ? label.ahead(span) : label.behind(span);
}

function wiringCell(verdict: WiringVerdict | undefined, locale: Locale): Content {
  if (!verdict) return '';
  const words = wiringInWords(verdict, locale);
  return verdict.state === 'faulty' ? html`<b>${words}</b>` : html`<span class="none">${words}</span>`;
}

function doubtsCell(reading: Reading | undefined, locale: Locale): Content {
  if (!reading) return '';
  const doubts = valueDoubts(reading, locale);
  if (doubts.length === 0) return html`<span class="nought">${QUALITY_LABELS[locale].allGood}</span>`;
  return doubts.map((doubt) => html`<div>${doubt}</div>`);
}

function receivedOf({ received, expected }: QualityCounts): string {
  return `${grouped(received)} / ${grouped(expected)}`;
}

function isIncomplete({ received, expected }: QualityCounts): boolean {
  return received < expected;
}

/** '99.9 %': rounded down, so that nothing is called complete that is not; '–' when nothing was promised. */
function percentOf({ received, expected }: QualityCounts): string {
  if (expected <= 0) return '–';
  return `${(Math.floor((1000 * Math.min(received, expected)) / expected) / 10).toFixed(1)} %`;
}

/** '86,399': both languages group by thousands. */
function grouped(count: number): string {
  return count.toLocaleString('en');
}
