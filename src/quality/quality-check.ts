import type { MeterPlace } from '../domain/fleet.ts';
import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Missing, Reading, Suspect, SuspectReason } from '../domain/reading.ts';
import { AgreementWatch } from './agreement-watch.ts';
import { type Bounds, boundsOf } from './bounds.ts';
import { at, COLUMNS, type Columns, emptyColumns, fill } from './columns.ts';
import { FrozenWatch } from './frozen-watch.ts';
import { RateWatch } from './rate-watch.ts';
import { ratiosOf } from './resolution.ts';
import { scaleOf } from './scale.ts';

/** Of a value outside its range, by column. */
const RANGE_REASONS = QUANTITY_NAMES.map((quantity) =>
  quantity.startsWith('power_factor') ? 'power factor impossible' : 'out of range',
);

/** What is remembered of one meter. */
interface Watched {
  readonly place: MeterPlace;
  readonly bounds: Bounds;
  readonly frozen: FrozenWatch;
  readonly rate: RateWatch;
  readonly agreement: AgreementWatch;
  /** By column: whether the meter ever gave this quantity. */
  readonly given: Uint8Array;
  latest: number;
}

/**
 * Tells the values that can be true from those that cannot. It knows each meter's recent past and takes time from the
 * readings alone; memory is a few kilobytes per meter.
 */
export class QualityCheck {
  readonly #watched = new Map<string, Watched>();
  /** The reading at hand: its values, and why some of them are not trusted. */
  readonly #values = emptyColumns();
  readonly #reasons: (SuspectReason | undefined)[] = new Array(COLUMNS).fill(undefined);
  #doubts = 0;

  /**
   * The reading with untrusted values moved from `values` to `suspect`; the same object when all can be trusted. What the
   * meter never gave is not missing from its readings: the meter does not measure it.
   */
  judge(arrived: Reading, place: MeterPlace): Reading {
    const watched = this.#watchedOf(arrived, place);
    fill(this.#values, arrived.values);
    noteGiven(this.#values, watched.given);
    const reading = arrived.missing ? withMissing(arrived, arrived.missing, watched.given) : arrived;
    if (this.#doubts > 0) this.#reasons.fill(undefined);
    this.#doubts = 0;
    if (reading.time >= watched.latest) {
      watched.latest = reading.time;
      watched.frozen.judge(this.#values, reading.time, this.#doubtFrozen);
      this.#checkRange(watched.bounds);
      watched.rate.judge(this.#values, reading.time, this.#doubtStep);
      watched.agreement.judge(this.#values, reading.time, this.#doubt);
    } else this.#checkRange(watched.bounds);
    return this.#doubts === 0 ? reading : this.#sortedOut(reading);
  }

  /** A clock that was set back starts a new past; a message that was held up is judged for itself. */
  #watchedOf({ meter, time, timeSource }: Reading, place: MeterPlace): Watched {
    const known = this.#watched.get(meter);
    if (known?.place === place && (time >= known.latest || timeSource === 'payload')) return known;
    const scale = scaleOf(place.supplyPoint);
    const watched = {
      place,
      bounds: boundsOf(scale),
      frozen: new FrozenWatch(scale, ratiosOf(place.meter)),
      rate: new RateWatch(scale),
      agreement: new AgreementWatch(scale),
      given: known?.place === place ? known.given : new Uint8Array(COLUMNS),
      latest: Number.NEGATIVE_INFINITY,
    };
    this.#watched.set(meter, watched);
    return watched;
  }

  #checkRange({ low, high }: Bounds): void {
    for (let column = 0; column < COLUMNS; column += 1) {
      const value = at(this.#values, column);
      if (value < at(low, column) || value > at(high, column))
        this.#doubt(column, RANGE_REASONS[column] ?? 'out of range');
    }
  }

  /** The first reason stays. Whoever judges next must not build on the value. */
  readonly #doubt = (column: number, reason: SuspectReason): void => {
    if (this.#reasons[column] !== undefined) return;
    this.#reasons[column] = reason;
    this.#values[column] = Number.NaN;
    this.#doubts += 1;
  };

  readonly #doubtFrozen = (column: number): void => this.#doubt(column, 'frozen');

  readonly #doubtStep = (column: number): void => this.#doubt(column, 'changes too fast');

  #sortedOut(reading: Reading): Reading {
    const values: Partial<Record<Quantity, number>> = {};
    const suspect: Partial<Record<Quantity, Suspect>> = { ...reading.suspect };
    QUANTITY_NAMES.forEach((quantity, column) => {
      const value = reading.values[quantity];
      if (value === undefined) return;
      const reason = this.#reasons[column];
      if (reason === undefined) values[quantity] = value;
      else suspect[quantity] = { value, reason };
    });
    return { ...reading, values, suspect };
  }
}

function noteGiven(values: Columns, given: Uint8Array): void {
  for (let column = 0; column < COLUMNS; column += 1) if (!Number.isNaN(at(values, column))) given[column] = 1;
}

/** The reading with that part of what is missing that the meter once gave. */
function withMissing({ missing: _, ...reading }: Reading, missing: Missing, given: Uint8Array): Reading {
  const left = QUANTITY_NAMES.flatMap((quantity, column) => {
    const reason = missing[quantity];
    return reason === undefined || given[column] === 0 ? [] : [[quantity, reason] as const];
  });
  return left.length > 0 ? { ...reading, missing: Object.fromEntries(left) } : reading;
}
