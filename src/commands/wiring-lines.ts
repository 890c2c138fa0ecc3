import type { MeterPlace } from '../domain/fleet.ts';
import { CURRENTS, type Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import { wiringOf } from '../quality/wiring-of.ts';
import { wiringAdvice, wiringWords } from '../quality/wiring-words.ts';
import type { Presumed } from './judged-rows.ts';
import type { Colour } from './terminal.ts';

/** Below it three phases are those of transformers' secondary side, whose primary voltage nobody told. */
const LOWEST_PRESUMED_KV = 0.25;

/** What the angles between voltages and currents are known by. */
const NEEDED = [
  ...CURRENTS,
  'active_power_l1',
  'active_power_l2',
  'active_power_l3',
  'reactive_power_l1',
  'reactive_power_l2',
  'reactive_power_l3',
] as const satisfies Quantity[];

/** Of the largest current of the three phases: less says nothing of angles. */
const ENOUGH_LOAD = 0.02;

/** A verdict, or why there is none. */
export interface WiringFound {
  readonly verdict: WiringVerdict | undefined;
  /** Where the verdict cannot say. */
  readonly reason?: string;
}

/** The verdict of some readings. None where only presumed voltages are known and they are no sound basis. */
export function wiringFound(
  readings: readonly Reading[],
  { meter, supplyPoint }: MeterPlace,
  presumed?: Presumed,
): WiringFound {
  if (presumed && !presumed.isRead) return { verdict: undefined, reason: 'no voltage makes sense' };
  const isLow = presumed !== undefined && supplyPoint.nominalKv < LOWEST_PRESUMED_KV;
  const verdict = isLow ? undefined : wiringOf(readings, supplyPoint, meter);
  if (verdict && verdict.state !== 'cannot say') return { verdict };
  const needed = neededIn(readings);
  if (needed.length > 0) return { verdict, reason: `needs ${needed.join(', ')}` };
  if (isLow) return { verdict, reason: 'these voltages are low: give the true one with --nominal-kv' };
  return { verdict, reason: loadReason(readings) };
}

function neededIn(readings: readonly Reading[]): readonly Quantity[] {
  return NEEDED.filter((quantity) => readings.every((reading) => measuredIn(reading, quantity) === undefined));
}

/** Wrong wiring makes values suspect, and they count here. */
function measuredIn({ suspect, values }: Reading, quantity: Quantity): number | undefined {
  return values[quantity] ?? suspect?.[quantity]?.value;
}

function loadReason(readings: readonly Reading[]): string {
  const amps = CURRENTS.map((quantity) =>
    Math.max(0, ...readings.map((each) => Math.abs(measuredIn(each, quantity) ?? 0))),
  );
  const largest = Math.max(...amps);
  if (largest === 0) return 'no load';
  const idle = ['L1', 'L2', 'L3'].filter((_, phase) => (amps[phase] ?? 0) < ENOUGH_LOAD * largest);
  return idle.length > 0 ? `too little load on ${idle.join(', ')}` : 'too little load, or powers fit no known fault';
}

export function wiringLines(
  { reason, verdict }: WiringFound,
  paint: (colour: Colour, text: string) => string,
): readonly string[] {
  switch (verdict?.state) {
    case 'right':
      return [paint('green', 'Wiring: right')];
    case 'faulty':
      return verdict.faults.flatMap((fault) => [
        paint('red', `Wiring: ${wiringWords(fault, 'en')}`),
        `  ${wiringAdvice(fault, 'en')}`,
      ]);
    default:
      return [
        `Wiring: cannot say (${reason ?? 'too little load, too little is measured, or no single fault explains the powers'})`,
      ];
  }
}
