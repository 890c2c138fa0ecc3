import type { Locale, SupplyPoint } from '../domain/customer.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { MeterEvent } from '../domain/meter-event.ts';
import { nominalPhaseVolts, SINGLE_PHASE_KV } from '../domain/nominal-voltage.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { spanInWords, withUnit } from '../lib/wording.ts';
import { placeInWords } from './alert-table.ts';
import { type Content, html, type Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { shortTime } from './moments.ts';
import { table, twoLines } from './table.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

export interface EventSurroundings {
  readonly locale: Locale;
  readonly timeZone: string;
  readonly now: number;
  readonly fleet: Fleet;
  readonly latest: ReadonlyMap<string, Reading>;
}

/** What meters noticed on their own, one row per event, in the order given. */
export function eventTable(events: readonly MeterEvent[], surroundings: EventSurroundings): Markup {
  const { locale, timeZone, now, fleet } = surroundings;
  const label = LABELS[locale];
  const rows = events.map((event) => {
    const place = fleet.meters.get(event.meter);
    const late = event.isLate
      ? html`<span class="late">${label.toldLate(shortTime(event.arrivedAt, now, timeZone))}</span>`
      : '';
    return {
      look: '',
      cells: [
        twoLines(shortTime(event.start, now, timeZone), late),
        twoLines(label.eventKind[event.kind], event.note ?? ''),
        place ? twoLines(place.customer.name, `${placeInWords(place)} · ${event.meter}`) : twoLines(event.meter, ''),
        event.phases.join(', '),
        extremeCell(event, surroundings),
        event.duration === undefined ? '' : durationInWords(event.duration, locale),
      ],
    };
  });
  const headings = [label.time, label.event, label.customer, label.phase, label.residualVoltage, label.duration];
  return table('event-table', headings, rows);
}

/** The voltage, and what share it is of which nominal voltage: a meter may see phases or lines. */
function extremeCell({ meter, extreme }: MeterEvent, { fleet, latest, locale }: EventSurroundings): Content {
  if (extreme === undefined) return '';
  const point = fleet.meters.get(meter)?.supplyPoint;
  const volts = withUnit(extreme, 'V');
  if (!point) return volts;
  const nominal = nominalVolts(point, latest.get(meter));
  const percent = ((100 * extreme) / nominal).toFixed(1);
  return html`<span class="value">${twoLines(volts, LABELS[locale].ofNominal(percent, withUnit(nominal, 'V')))}</span>`;
}

/** Line to line for a meter that gives line voltages only, as with two voltage transformers; else of the phase. */
function nominalVolts({ nominalKv }: SupplyPoint, reading: Reading | undefined): number {
  const has = (quantities: typeof LINE_VOLTAGES | typeof PHASE_VOLTAGES) =>
    quantities.some((quantity) => (reading?.values[quantity] ?? reading?.suspect?.[quantity]) !== undefined);
  const seesLinesOnly = has(LINE_VOLTAGES) && !has(PHASE_VOLTAGES);
  return seesLinesOnly || nominalKv <= SINGLE_PHASE_KV ? nominalKv * 1000 : nominalPhaseVolts(nominalKv * 1000);
}

/** '340 ms', '2.95 s', and from a minute on as everywhere: '1 min 20 s'. */
function durationInWords(milliseconds: number, locale: Locale): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)} ms`;
  if (milliseconds >= MINUTE) return spanInWords(milliseconds, locale);
  return `${Number((milliseconds / SECOND).toFixed(2))} ${locale === 'en' ? 's' : '秒'}`;
}
