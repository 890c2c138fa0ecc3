/** The wall clock, as a part that tests replace. Epoch milliseconds UTC. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
