import type { MeterPlace } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import { wiringOf } from '../quality/wiring-of.ts';
import { wiringAdvice, wiringWords } from '../quality/wiring-words.ts';
import type { Presumed } from './judged-rows.ts';
import type { Colour } from './terminal.ts';

/** Below it three phases are those of transformers' secondary side, whose primary voltage nobody told. */
const LOWEST_PRESUMED_KV = 0.25;

/** The verdict of some readings. Undefined where only presumed voltages are known and they are no sound basis. */
export function wiringVerdict(
  readings: readonly Reading[],
  { meter, supplyPoint }: MeterPlace,
  presumed?: Presumed,
): WiringVerdict | undefined {
  if (presumed && (!presumed.isRead || supplyPoint.nominalKv < LOWEST_PRESUMED_KV)) return undefined;
  return wiringOf(readings, supplyPoint, meter);
}

export function wiringLines(
  verdict: WiringVerdict | undefined,
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
      return ['Wiring: cannot say (too little load, or too little is measured)'];
  }
}
