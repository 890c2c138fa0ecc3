import { eachPhase, type Phases } from './phases.ts';

interface Phasor {
  readonly re: number;
  readonly im: number;
}

/** L1 at 0°, L2 at -120°, L3 at -240°. */
const DIRECTIONS = [0, -120, -240].map((degrees) => (degrees * Math.PI) / 180);

/** Line voltages (L1-L2, L2-L3, L3-L1) as differences of the phase voltages' phasors, 120° apart. */
export function lineVoltages(phaseVolts: Phases): Phases {
  const [l1, l2, l3] = phasorsOf(phaseVolts);
  return [distance(l1, l2), distance(l2, l3), distance(l3, l1)];
}

/** What flows back through the neutral: the phasor sum of three currents that lag their voltages by the same angle. */
export function neutralCurrent(amps: Phases): number {
  const phasors = phasorsOf(amps);
  const re = phasors[0].re + phasors[1].re + phasors[2].re;
  const im = phasors[0].im + phasors[1].im + phasors[2].im;
  return Math.hypot(re, im);
}

/** GB/T 15543 from magnitudes alone: negative to positive sequence of three line voltages that close a triangle, in %. */
export function voltageUnbalance(lineVolts: Phases): number {
  const squares = eachPhase((phase) => lineVolts[phase] ** 2);
  const sumOfSquares = squares[0] + squares[1] + squares[2];
  if (sumOfSquares === 0) return 0;
  const shape = (squares[0] ** 2 + squares[1] ** 2 + squares[2] ** 2) / sumOfSquares ** 2;
  const root = Math.sqrt(Math.max(0, 3 - 6 * shape));
  return 100 * Math.sqrt(Math.max(0, (1 - root) / (1 + root)));
}

function phasorsOf(magnitudes: Phases): readonly [Phasor, Phasor, Phasor] {
  return [
    phasor(magnitudes[0], DIRECTIONS[0]),
    phasor(magnitudes[1], DIRECTIONS[1]),
    phasor(magnitudes[2], DIRECTIONS[2]),
  ];
}

function phasor(magnitude: number, angle = 0): Phasor {
  return { re: magnitude * Math.cos(angle), im: magnitude * Math.sin(angle) };
}

function distance(a: Phasor, b: Phasor): number {
  return Math.hypot(a.re - b.re, a.im - b.im);
}
