import type { Values } from '../../src/domain/reading.ts';

/** A complex number. */
export interface Phasor {
  readonly re: number;
  readonly im: number;
}

export type Phasors = readonly [Phasor, Phasor, Phasor];

export const polar = (size: number, degrees: number): Phasor => ({
  re: size * Math.cos((degrees * Math.PI) / 180),
  im: size * Math.sin((degrees * Math.PI) / 180),
});

const minus = (a: Phasor, b: Phasor): Phasor => ({ re: a.re - b.re, im: a.im - b.im });
const size = ({ re, im }: Phasor) => Math.hypot(re, im);

export const negative = ({ re, im }: Phasor): Phasor => ({ re: -re, im: -im });

/** V · conj(I): real part P, imaginary part Q. */
const power = (v: Phasor, i: Phasor): Phasor => ({ re: v.re * i.re + v.im * i.im, im: v.im * i.re - v.re * i.im });

/** What the terminals of a meter get. */
export interface Terminals {
  readonly volts: Phasors;
  readonly amps: Phasors;
}

/** A three-phase supply: currents lag by `lag` and the `lags` of their phases in degrees, `factors` scale them. */
export function supply(
  phaseVolts: number,
  amps: number,
  lag: number,
  factors: readonly number[] = [],
  lags: readonly number[] = [],
): Terminals {
  const at = (index: number) => -120 * index;
  const volts = (index: number) => polar(phaseVolts, at(index));
  const current = (index: number) => polar(amps * (factors[index] ?? 1), at(index) - lag - (lags[index] ?? 0));
  return { volts: [volts(0), volts(1), volts(2)], amps: [current(0), current(1), current(2)] };
}

/** What a four-wire meter computes from its terminals. */
export function measured({ volts, amps }: Terminals): Values {
  const [s1, s2, s3] = [power(volts[0], amps[0]), power(volts[1], amps[1]), power(volts[2], amps[2])];
  return {
    voltage_l1_n: size(volts[0]),
    voltage_l2_n: size(volts[1]),
    voltage_l3_n: size(volts[2]),
    voltage_l1_l2: size(minus(volts[0], volts[1])),
    voltage_l2_l3: size(minus(volts[1], volts[2])),
    voltage_l3_l1: size(minus(volts[2], volts[0])),
    current_l1: size(amps[0]),
    current_l2: size(amps[1]),
    current_l3: size(amps[2]),
    active_power_l1: s1.re,
    active_power_l2: s2.re,
    active_power_l3: s3.re,
    active_power_total: s1.re + s2.re + s3.re,
    reactive_power_l1: s1.im,
    reactive_power_l2: s2.im,
    reactive_power_l3: s3.im,
    apparent_power_l1: size(s1),
    apparent_power_l2: size(s2),
    apparent_power_l3: size(s3),
  };
}
