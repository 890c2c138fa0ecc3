import type { Meter } from '../domain/customer.ts';
import type { QualityCounts, QualityDay } from '../domain/data-quality.ts';
import type { Fleet, MeterPlace } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import { completeness } from '../domain/window.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { AcquisitionStatus } from './acquisition-status.ts';
import { isInDoubt } from './doubts.ts';

/** 'blind': no answer; 'warning': what it says is in doubt; 'waiting': not heard since the start. */
export type QualityState = (typeof QUALITY_STATES)[number];

/** Worst first. */
export const QUALITY_STATES = ['blind', 'warning', 'waiting', 'fine'] as const;

/** Below this share of sound readings a day is worth a look. */
const SOUND_ENOUGH = 0.95;

/** How good one meter's data are, now and on two days. */
export interface MeterQuality {
  readonly place: MeterPlace;
  readonly state: QualityState;
  readonly today: QualityCounts | undefined;
  readonly yesterday: QualityCounts | undefined;
  readonly acquisition: AcquisitionStatus | undefined;
  readonly reading: Reading | undefined;
  readonly wiring: WiringVerdict | undefined;
  /** Seconds that its clock was ahead when it was last asked. */
  readonly clockOffset: number | undefined;
}

/** What the states are judged from. `silentAfter` is in milliseconds, `now` in epoch milliseconds. */
export interface QualityKnown {
  readonly fleet: Fleet;
  readonly today: readonly QualityDay[];
  readonly yesterday: readonly QualityDay[];
  readonly acquisition: ReadonlyMap<string, AcquisitionStatus>;
  readonly latest: ReadonlyMap<string, Reading>;
  readonly wiring: (meter: string) => WiringVerdict | undefined;
  readonly clockOffset: (meter: string) => number | undefined;
  readonly silentAfter: (meter: Meter) => number;
  readonly now: number;
}

/** Every meter of the fleet, worst first: by its state, then by the share of unsound readings today, then yesterday. */
export function meterQualities(known: QualityKnown): readonly MeterQuality[] {
  const [today, yesterday] = [byMeter(known.today), byMeter(known.yesterday)];
  const meters = [...known.fleet.meters.values()].map((place) => {
    const { id } = place.meter;
    const facts = {
      place,
      today: today.get(id),
      yesterday: yesterday.get(id),
      acquisition: known.acquisition.get(id),
      reading: known.latest.get(id),
      wiring: known.wiring(id),
      clockOffset: known.clockOffset(id),
    };
    return { ...facts, state: stateOf(facts, known) };
  });
  const rank = (meter: MeterQuality) => QUALITY_STATES.indexOf(meter.state);
  return meters.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      soundShare(a.today) - soundShare(b.today) ||
      soundShare(a.yesterday) - soundShare(b.yesterday),
  );
}

/** The days of one calendar day, the day with the smallest share of sound readings first. */
export function worstDaysFirst(days: readonly QualityDay[]): readonly QualityDay[] {
  return days.toSorted((a, b) => soundShare(a.counts) - soundShare(b.counts));
}

/** Share of the promised readings that came, 0..1; undefined when none was promised. */
export function completenessOf({ received, expected }: QualityCounts): number | undefined {
  return expected > 0 ? completeness({ count: received, expected }) : undefined;
}

function stateOf(meter: Omit<MeterQuality, 'state'>, { silentAfter, now }: QualityKnown): QualityState {
  const { acquisition, reading, today, place } = meter;
  const hasTried = acquisition !== undefined && acquisition.polls + acquisition.failed > 0;
  if (reading === undefined) return hasTried && !acquisition.answering ? 'blind' : 'waiting';
  const isSilent = now - reading.time > silentAfter(place.meter);
  if (isSilent || (hasTried && !acquisition.answering)) return 'blind';
  return isInDoubt(meter) || soundShare(today) < SOUND_ENOUGH ? 'warning' : 'fine';
}

/** At least this share of the promised readings came and is sound; a reading may be unsound in several ways. */
function soundShare(counts: QualityCounts | undefined): number {
  if (counts === undefined || counts.expected <= 0) return 1;
  const { expected, received, missing, frozen, unreasonable, inconsistent } = counts;
  const unsound = missing + frozen + unreasonable + inconsistent;
  return Math.max(0, Math.min(received, expected) - unsound) / expected;
}

function byMeter(days: readonly QualityDay[]): ReadonlyMap<string, QualityCounts> {
  return new Map(days.map(({ meter, counts }) => [meter, counts]));
}
