import type { QualityDay } from '../domain/data-quality.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { Log } from '../lib/log.ts';
import type { Outcome } from './outcome.ts';
import { QualityCheck } from './quality-check.ts';
import { QualityDays } from './quality-days.ts';
import { timeFaultOf } from './reading-time.ts';
import { WiringCheck } from './wiring-check.ts';
import { wiringWords } from './wiring-words.ts';

/** Milliseconds: counts of a day are brought to disk so often; a crash loses no more. */
const SAVE_EVERY = 15_000;

/** Milliseconds between two looks at the wiring of all meters. */
const WIRING_EVERY = 60_000;

/** Milliseconds without a doubt after which a meter is trusted again: one that comes and goes is told once. */
const DOUBT_LASTS = 10 * 60_000;

/** How good each value is, how well each meter delivers, and whether it is connected as it should be. */
export class QualityWatch {
  readonly #fleet: Fleet;
  readonly #log: Log;
  readonly #check = new QualityCheck();
  readonly #wiring = new WiringCheck();
  readonly #days: QualityDays;
  /** When there was last a doubt about a meter that has been told. */
  readonly #doubtedAt = new Map<string, number>();
  readonly #clockOffsets = new Map<string, number>();
  readonly #wiringTold = new Map<string, string>();
  #savedAt = Number.NEGATIVE_INFINITY;
  #wiringSeen = Number.NEGATIVE_INFINITY;
  #now = Number.NEGATIVE_INFINITY;

  constructor({ fleet, timeZone, log }: { readonly fleet: Fleet; readonly timeZone: string; readonly log: Log }) {
    this.#fleet = fleet;
    this.#log = log;
    this.#days = new QualityDays(
      timeZone,
      new Map([...fleet.meters].map(([id, { meter }]) => [id, meter.pollInterval])),
    );
  }

  /** Call it once before anything else, with what is on disk of the last KEPT_DAYS days. */
  restore(days: readonly QualityDay[], now: number): void {
    this.#days.restore(days, now);
    this.#now = now;
    this.#savedAt = now;
  }

  /** The reading with its untrusted values set apart; undefined when its time cannot be true, which is counted. */
  judge(reading: Reading, place: MeterPlace): Reading | undefined {
    const fault = timeFaultOf(reading);
    if (fault === undefined) return this.#check.judge(reading, place);
    this.#days.count(reading, 'refused');
    this.#doubt(reading.meter, reading.arrivedAt, `its time is ${fault}`);
    return undefined;
  }

  /** What became of a reading as it was judged. */
  took(reading: Reading, outcome: Outcome, place: MeterPlace): void {
    this.#days.count(reading, outcome);
    if (outcome !== 'new') return;
    const { clock_offset } = reading.values;
    if (clock_offset !== undefined) this.#clockOffsets.set(reading.meter, clock_offset);
    this.#wiring.see(reading, place);
    if (reading.timeFault !== undefined) this.#doubt(reading.meter, reading.time, `its time is ${reading.timeFault}`);
    else if (reading.suspect !== undefined) this.#doubt(reading.meter, reading.time, doubtsOf(reading));
    else if (this.#doubtedAt.size > 0) this.#trust(reading.meter, reading.time);
  }

  /** Time has come to `now`. */
  tick(now: number): void {
    this.#now = now;
    if (!this.isSaveDue()) return;
    this.#days.expectedUntil(now);
    if (now - this.#wiringSeen < WIRING_EVERY) return;
    this.#wiringSeen = now;
    for (const meter of this.#fleet.meters.keys()) this.#tellWiring(meter);
  }

  /** Counts are worth a write now and then. */
  isSaveDue(): boolean {
    return this.#now - this.#savedAt >= SAVE_EVERY;
  }

  /** Counts that are not on disk. */
  unsaved(): readonly QualityDay[] {
    this.#days.expectedUntil(this.#now);
    return this.#days.unsaved();
  }

  saved(days: readonly QualityDay[]): void {
    this.#days.saved(days);
    this.#savedAt = this.#now;
  }

  /** The counts of a kept day, 'YYYY-MM-DD', as they stand now. */
  of(day: string): readonly QualityDay[] {
    this.#days.expectedUntil(this.#now);
    return this.#days.of(day);
  }

  wiring(meter: string): WiringVerdict | undefined {
    return this.#wiring.verdict(meter);
  }

  /** Seconds that the meter's clock was ahead of ours when it was last asked. */
  clockOffset(meter: string): number | undefined {
    return this.#clockOffsets.get(meter);
  }

  #doubt(meter: string, time: number, doubts: string): void {
    const isTold = this.#doubtedAt.has(meter);
    this.#doubtedAt.set(meter, time);
    if (isTold) return;
    this.#log.warn({ meter, doubts }, 'Values of a meter are not trusted: they are kept apart and judged by no rule');
  }

  #trust(meter: string, time: number): void {
    const since = this.#doubtedAt.get(meter);
    if (since === undefined || time - since < DOUBT_LASTS) return;
    this.#doubtedAt.delete(meter);
    this.#log.info({ meter }, 'Values of a meter are trusted again');
  }

  #tellWiring(meter: string): void {
    const verdict = this.#wiring.verdict(meter);
    if (!verdict || verdict.state === 'cannot say') return;
    const faults = verdict.faults.map((fault) => wiringWords(fault, 'en')).join('; ');
    if ((this.#wiringTold.get(meter) ?? '') === faults) return;
    this.#wiringTold.set(meter, faults);
    if (faults === '') this.#log.info({ meter }, 'The wiring of a meter looks right again');
    else this.#log.warn({ meter, faults }, 'A meter seems to be wired wrongly');
  }
}

/** 'frozen: voltage_l1_n, current_l1' */
function doubtsOf({ suspect = {} }: Reading): string {
  const quantities = new Map<string, string[]>();
  for (const [quantity, { reason }] of Object.entries(suspect)) {
    quantities.set(reason, [...(quantities.get(reason) ?? []), quantity]);
  }
  return [...quantities].map(([reason, names]) => `${reason}: ${names.join(', ')}`).join('; ');
}
