import type { WiringFault } from '../domain/wiring.ts';
import type { Export } from './wiring-angles.ts';

/** Largest over smallest load of the other phases: a change that no generator takes part in by chance. */
const CHANGED_LOAD = 1.5;

/** Of the middle one: how far the share of the phase may be off while the load changes. */
const SAME_SHARE = 0.05;

const ENOUGH_EXPORTS = 7;

/**
 * The CT that some minutes show to be reversed where single readings may show generation as well: the power of its phase
 * rises and falls in step with the load of the others, which a generator's does not. Undefined while the load stays.
 */
export function reversedByLoad(exports: readonly Export[]): WiringFault | undefined {
  const [first] = exports;
  if (!first || exports.length < ENOUGH_EXPORTS || exports.some(({ phase }) => phase !== first.phase)) return undefined;
  const loads = exports.map(({ load }) => load);
  if (Math.max(...loads) < CHANGED_LOAD * Math.min(...loads)) return undefined;
  const shares = exports.map(({ share }) => share).sort((a, b) => a - b);
  const middle = shares[Math.floor(shares.length / 2)] ?? Number.NaN;
  const isInStep = shares.every((share) => Math.abs(share / middle - 1) <= SAME_SHARE);
  return isInStep ? { kind: 'ct reversed', phase: first.phase } : undefined;
}
