import type { MeterPlace } from '../../domain/fleet.ts';
import type { Quantity } from '../../domain/quantity.ts';
import type { MissingReason, Reading, Suspect } from '../../domain/reading.ts';
import { primaryOf } from '../rating.ts';
import { HeldValues } from './held-values.ts';
import type { PayloadModel } from './mapping.ts';
import type { Sample } from './sample-reader.ts';

/** What makes readings of what is said of one meter, and remembers of it what its model wants remembered. */
export class MeterVoice {
  readonly place: MeterPlace;
  /** Names of values that their sender says to be at fault. */
  readonly faults = new Set<string>();
  readonly #held: HeldValues | undefined;
  /** Parts are gathered before what is held is added to them. */
  readonly #isGathered: boolean;

  constructor(place: MeterPlace, model: PayloadModel) {
    this.place = place;
    this.#held = model.hold > 0 ? new HeldValues(model.hold) : undefined;
    this.#isGathered = model.gather > 0;
  }

  /** Undefined when there is nothing to know: a part of a reading may consist of what is missing, a reading may not. */
  readingOf(sample: Sample, arrivedAt: number): Reading | undefined {
    const reading = primaryReading(this.place, sample, arrivedAt);
    const complete = this.#held && !this.#isGathered && !sample.isHistorical ? this.#held.completed(reading) : reading;
    const isEmpty = Object.keys(complete.values).length === 0 && !complete.suspect;
    return isEmpty && !(this.#isGathered && complete.missing) ? undefined : complete;
  }

  /** A reading that was gathered, with what is held added to it. */
  completed(reading: Reading): Reading {
    const isHeld = this.#isGathered && reading.timeFault !== 'age unknown';
    return this.#held && isHeld ? this.#held.completed(reading) : reading;
  }

  forget(): void {
    this.#held?.forget();
  }
}

function primaryReading({ meter }: MeterPlace, sample: Sample, arrivedAt: number): Reading {
  const { said, time, timeFault } = sample;
  // Ratios that the configuration names overrule the payload's.
  const rating = {
    ctRatio: meter.ctRatio !== 1 ? meter.ctRatio : (sample.ctRatio ?? 1),
    ptRatio: meter.ptRatio !== 1 ? meter.ptRatio : (sample.ptRatio ?? 1),
  };
  const isKnown = !Number.isNaN(rating.ctRatio * rating.ptRatio);
  const raw = isKnown ? said.values : said.values.map((each) => withoutRatio(each, rating));
  const { values, missing } = primaryOf(raw, rating);
  const suspect = said.suspect.length > 0 ? suspects(said.suspect, rating) : {};
  return {
    meter: meter.id,
    time: time ?? arrivedAt,
    timeSource: time === undefined ? 'arrival' : 'payload',
    arrivedAt,
    values,
    ...(Object.keys(suspect).length > 0 && { suspect }),
    ...(Object.keys(missing).length > 0 && { missing }),
    ...(timeFault && { timeFault }),
  };
}

type Rating = Parameters<typeof primaryOf>[1];

/** A secondary value whose ratio nobody knows is none. */
function withoutRatio(each: readonly [Quantity, number | MissingReason], rating: Rating) {
  const [primary] = Object.values(primaryOf([each], rating).values);
  return Number.isNaN(primary) ? ([each[0], 'not available'] as const) : each;
}

function suspects(said: Sample['said']['suspect'], rating: Rating): Partial<Record<Quantity, Suspect>> {
  const { values } = primaryOf(said, rating);
  const found: Partial<Record<Quantity, Suspect>> = {};
  for (const [quantity] of said) {
    const value = values[quantity];
    if (value !== undefined && !Number.isNaN(value)) found[quantity] = { value, reason: 'marked by the meter' };
  }
  return found;
}
