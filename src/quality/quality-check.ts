import type { MeterPlace } from '../domain/fleet.ts';
import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { Missing, MissingReason, Reading, Suspect, SuspectReason } from '../domain/reading.ts';
import { AgreementWatch } from './agreement-watch.ts';
import { type Bounds, boundsOf } from './bounds.ts';
import { at, COLUMNS, type Columns, columnOf, emptyColumns, fill } from './columns.ts';
import { doubtCompanions } from './companions.ts';
import { FrozenWatch } from './frozen-watch.ts';
import { HeldValues } from './held-values.ts';
import { RateWatch } from './rate-watch.ts';
import { ratiosOf } from './resolution.ts';
import { type Scale, scaleOf } from './scale.ts';
import { isFaultCurrent } from './short-circuit.ts';
import { isInterrupted } from './supply.ts';

/** Of a value outside its range, by column. */
const RANGE_REASONS = QUANTITY_NAMES.map((quantity) =>
  quantity.startsWith('power_factor') ? 'power factor impossible' : 'out of range',
);

const FREQUENCY = columnOf('frequency');

/** Milliseconds: what one meter says may overtake itself by less; our clock was set back by more. */
const CLOCK_SET_BACK = 5_000;

/** What is remembered of one meter. */
interface Watched {
  readonly place: MeterPlace;
  readonly scale: Scale;
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
  /**
   * A meter's clock and ours are never the same. Where a meter's readings have their time now from the one and now from the
   * other, each kind has a past of its own: in a common one, a clock that is ahead would make ours look set back.
   */
  readonly #byOurClock = new Map<string, Watched>();
  readonly #byItsClock = new Map<string, Watched>();
  readonly #held = new HeldValues();
  /** The reading at hand: its values, and why some of them are not trusted. */
  readonly #values = emptyColumns();
  readonly #reasons: (SuspectReason | undefined)[] = new Array(COLUMNS).fill(undefined);
  #doubts = 0;

  /**
   * The reading with untrusted values moved from `values` to `suspect`; the same object when all can be trusted. What the
   * meter never gave is not missing from its readings: the meter does not measure it, unless it left open whether it does.
   */
  judge(arrived: Reading, place: MeterPlace): Reading {
    const watched = this.#watchedOf(arrived, place);
    fill(this.#values, arrived.values);
    noteGiven(this.#values, watched.given);
    const reading = arrived.missing ? withMissing(arrived, arrived.missing, watched.given) : arrived;
    if (this.#doubts > 0) this.#reasons.fill(undefined);
    this.#doubts = 0;
    const isInTurn = reading.time >= watched.latest;
    if (isInTurn) {
      watched.latest = reading.time;
      this.#held.hide(this.#values, reading);
      watched.frozen.judge(this.#values, reading.time, this.#doubtFrozen);
      this.#held.show(this.#values, reading);
    }
    this.#held.doubtAgain(reading, this.#doubt);
    this.#checkRange(watched);
    if (isInTurn) {
      this.#held.hide(this.#values, reading);
      watched.rate.judge(this.#values, reading.time, this.#doubtStep);
      this.#held.show(this.#values, reading);
      watched.agreement.judge(this.#values, reading.time, this.#doubt);
    }
    if (this.#doubts > 0) doubtCompanions(this.#values, this.#reasons, watched.scale, this.#doubt);
    this.#held.remember(reading, this.#reasons, this.#doubts > 0);
    if (this.#doubts === 0) return reading;
    return this.#sortedOut(reading, isInterrupted(this.#values, watched.scale));
  }

  /** Our clock, when it was set back, starts a new past; a message that was held up is judged for itself. */
  #watchedOf({ meter, time, timeSource }: Reading, place: MeterPlace): Watched {
    const isByItsClock = timeSource === 'payload';
    const pasts = isByItsClock ? this.#byItsClock : this.#byOurClock;
    const known = pasts.get(meter);
    if (known?.place === place && (isByItsClock || time > known.latest - CLOCK_SET_BACK)) return known;
    const scale = scaleOf(place.supplyPoint);
    const others = isByItsClock ? this.#byOurClock : this.#byItsClock;
    const given = [known, others.get(meter)].find((past) => past?.place === place)?.given;
    const watched = {
      place,
      scale,
      bounds: boundsOf(scale),
      frozen: new FrozenWatch(scale, ratiosOf(place.meter)),
      rate: new RateWatch(scale),
      agreement: new AgreementWatch(scale),
      given: given ?? new Uint8Array(COLUMNS),
      latest: Number.NEGATIVE_INFINITY,
    };
    pasts.set(meter, watched);
    return watched;
  }

  /** What follows from a value that is out of its range is no proof against others. */
  #checkRange({ bounds: { low, high }, scale }: Watched): void {
    const before = this.#doubts;
    for (let column = 0; column < COLUMNS; column += 1) {
      const value = at(this.#values, column);
      if ((value < at(low, column) || value > at(high, column)) && !isFaultCurrent(column, this.#values, scale))
        this.#doubt(column, RANGE_REASONS[column] ?? 'out of range');
    }
    if (this.#doubts > before) doubtCompanions(this.#values, this.#reasons, scale, this.#doubt);
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

  /** An interrupted supply has no frequency: whatever else a meter gives for it then is missing, and nobody's fault. */
  #sortedOut(reading: Reading, isSupplyGone: boolean): Reading {
    const values: Partial<Record<Quantity, number>> = {};
    const suspect: Partial<Record<Quantity, Suspect>> = { ...reading.suspect };
    const missing: Partial<Record<Quantity, MissingReason>> = { ...reading.missing };
    QUANTITY_NAMES.forEach((quantity, column) => {
      const value = reading.values[quantity];
      if (value === undefined) return;
      const reason = this.#reasons[column];
      if (reason === undefined) values[quantity] = value;
      else if (column === FREQUENCY && isSupplyGone) missing[quantity] = 'not available';
      else suspect[quantity] = { value, reason };
    });
    return {
      ...reading,
      values,
      ...(Object.keys(suspect).length > 0 && { suspect }),
      ...(Object.keys(missing).length > 0 && { missing }),
    };
  }
}

function noteGiven(values: Columns, given: Uint8Array): void {
  for (let column = 0; column < COLUMNS; column += 1) if (!Number.isNaN(at(values, column))) given[column] = 1;
}

/** The reading with that part of what is missing that the meter once gave, or was asked for without an answer. */
function withMissing({ missing: _, ...reading }: Reading, missing: Missing, given: Uint8Array): Reading {
  const left = QUANTITY_NAMES.flatMap((quantity, column) => {
    const reason = missing[quantity];
    const isMissed = given[column] === 1 || reason === 'not answered';
    return reason === undefined || !isMissed ? [] : [[quantity, reason] as const];
  });
  return left.length > 0 ? { ...reading, missing: Object.fromEntries(left) } : reading;
}
