import { capacityKva, type Locale } from '../domain/customer.ts';
import type { MeterPlace } from '../domain/fleet.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import type { Reading, Values } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import { withUnit } from '../lib/wording.ts';
import { className } from '../notify/alert-facts.ts';
import { placeInWords } from './alert-table.ts';
import { doubtsInFull, doubtsInShort } from './doubt-words.ts';
import { type Content, html, type Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { ageInWords, shortTime } from './moments.ts';
import type { CustomerStatus, MeterStatus } from './status.ts';
import { badge, table, twoLines } from './table.ts';

export interface CustomerSurroundings {
  readonly locale: Locale;
  readonly timeZone: string;
  readonly now: number;
  readonly wiring: (meter: string) => WiringVerdict | undefined;
}

/** One row per meter, the customers in the order given. Values that are too old to speak for now are greyed. */
export function customerTable(customers: readonly CustomerStatus[], surroundings: CustomerSurroundings): Markup {
  const { locale } = surroundings;
  const label = LABELS[locale];
  const rows = customers.flatMap(({ customer, manager, meters }) =>
    meters.map((meter) => ({
      look: meter.isStale ? `${meter.state} stale` : meter.state,
      cells: [
        badge(meter.state, label.state[meter.state]),
        twoLines(customer.name, `${className(customer, locale)} · ${customer.industry}`),
        html`${placeInWords(meter.place)}${doubtMark(meter, surroundings)}`,
        html`<span class="value">${voltages(meter.reading?.values ?? {}, locale)}</span>`,
        html`<span class="value">${loadInWords(meter.reading?.values ?? {}, meter.place, locale)}</span>`,
        lastReading(meter, surroundings),
        manager?.name ?? customer.accountManager,
      ],
    })),
  );
  const { status, customer, supplyPoint, voltage, load, lastReading: heard, manager } = label;
  return table('customer-table', [status, customer, supplyPoint, voltage, load, heard, manager], rows);
}

/** Says that a meter's figures are doubtful and leads to why; its state stays what the alerts make it. */
function doubtMark({ place, reading }: MeterStatus, { locale, wiring }: CustomerSurroundings): Content {
  const { id } = place.meter;
  const doubtful = { reading, wiring: wiring(id) };
  const words = doubtsInShort(doubtful, locale);
  if (words === '') return '';
  const why = doubtsInFull(doubtful, locale).join('\n');
  return html`<small><a class="doubt" href="/quality?lang=${locale}#${encodeURIComponent(id)}" title="${why}">${words}</a></small>`;
}

/** The voltages, and between which conductors they were measured: 10 kV and 5.8 kV may be the same grid. */
function voltages(values: Values, locale: Locale): Content {
  const figures = voltageInWords(values);
  if (figures === '') return '';
  const { lineVoltages, phaseVoltages } = LABELS[locale];
  const isLine = LINE_VOLTAGES.some((quantity) => values[quantity] !== undefined);
  return [figures, html`<small>${isLine ? lineVoltages : phaseVoltages}</small>`];
}

/** '10.32 / 10.31 / 10.33 kV': the line voltages; phase voltages where the meter gives no others. */
export function voltageInWords(values: Values): string {
  const measured = (quantities: readonly (keyof Values)[]) =>
    quantities.flatMap((quantity) => values[quantity] ?? []).map((volts) => withUnit(volts, 'V').split(' '));
  const lines = measured(LINE_VOLTAGES);
  const voltages = lines.length > 0 ? lines : measured(PHASE_VOLTAGES);
  return voltages
    .map(([figure, unit], index) => (unit === voltages[index + 1]?.[1] ? figure : `${figure} ${unit}`))
    .join(' / ');
}

/** Apparent power and its share of the capacity; active power alone where the meter gives no other. */
function loadInWords(values: Values, { supplyPoint }: MeterPlace, locale: Locale): Content {
  const { apparent_power_total: apparent, active_power_total: active } = values;
  if (apparent === undefined) return active === undefined ? '' : withUnit(active, 'W');
  const capacity = capacityKva(supplyPoint);
  if (capacity === undefined) return withUnit(apparent, 'VA');
  const percent = ((apparent / 1000 / capacity) * 100).toFixed(0);
  return [withUnit(apparent, 'VA'), html`<small>${LABELS[locale].ofCapacity(percent)}</small>`];
}

function lastReading({ reading, isStale }: MeterStatus, surroundings: CustomerSurroundings): Content {
  const { locale, timeZone, now } = surroundings;
  const label = LABELS[locale];
  if (!reading) return html`<span class="none">${label.never}</span>`;
  return isStale ? agedTime(reading, surroundings) : shortTime(reading.time, now, timeZone);
}

function agedTime({ time }: Reading, { locale, timeZone, now }: CustomerSurroundings): Markup {
  return twoLines(LABELS[locale].ago(ageInWords(now - time, locale)), shortTime(time, now, timeZone));
}
