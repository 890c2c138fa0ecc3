/** Where simulated meters take the time from; tests turn it by hand. Epoch milliseconds UTC. */
export interface Clock {
  now(): number;
}

export const wallClock: Clock = { now: () => Date.now() };
