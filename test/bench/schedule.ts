/** Both sides of the comparison poll in the same groups: meters spread over the first part of the interval, in slots. */
const SLOT = 100;
const SPREAD = 0.8;

/** Milliseconds into the interval at which meter `index` of `count` is polled. */
export function offsetOf(index: number, count: number, interval: number): number {
  return Math.floor(((index / count) * SPREAD * interval) / SLOT) * SLOT;
}
