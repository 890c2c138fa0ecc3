import type { SimulatedCustomer } from './customers.ts';
import { cyclic } from './cyclic.ts';
import { fixedShare, wander } from './noise.ts';

/** What a customer wants from the network: kVA and the angle by which its current lags, radians. */
export interface Demand {
  readonly kva: number;
  readonly lag: number;
}

const HOUR = 3_600_000;
/** Asia/Shanghai is UTC+8 the whole year. */
const LOCAL_OFFSET = 8 * HOUR;
const THURSDAY = 4;

/** The undisturbed load at an instant: daily curve, slow drift, small flicker, and the furnace where there is one. */
export function demandOf(seed: string, customer: SimulatedCustomer, at: number): Demand {
  const key = `${seed}/${customer.id}`;
  const size = 0.95 + 0.1 * fixedShare(`${key}/size`);
  const noise = 0.02 * wander(`${key}/drift`, at, 7 * 60_000) + 0.01 * wander(`${key}/flicker`, at, 3_000);
  const furnace = customer.industry.furnace ? furnaceShare(key, at) : 0;
  const share = (dailyShare(customer, at) * size + furnace) * (1 + noise);
  const powerFactor = customer.industry.powerFactor + 0.008 * wander(`${key}/power-factor`, at, 11 * 60_000);
  const angle = Math.acos(powerFactor);
  return { kva: share * customer.contractKva, lag: customer.industry.leading ? -angle : angle };
}

/** The daily curve between its full hours, in a straight line; Friday night passes into the weekend the same way. */
function dailyShare(customer: SimulatedCustomer, at: number): number {
  const hours = (at + LOCAL_OFFSET) / HOUR;
  const hour = Math.floor(hours);
  const from = shareAtHour(customer, hour);
  return from + (shareAtHour(customer, hour + 1) - from) * (hours - hour);
}

function shareAtHour({ industry }: SimulatedCustomer, hour: number): number {
  const weekday = (Math.floor(hour / 24) + THURSDAY) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  return cyclic(industry.hourly, hour % 24) * (isWeekend ? industry.weekend : 1);
}

/** About 50 minutes from charge to charge: strong swings within seconds while melting, little load while tapping. */
function furnaceShare(key: string, at: number): number {
  const charge = 50 * 60_000;
  const position = (at / charge + fixedShare(`${key}/charge`)) % 1;
  const melting = plateau(position, 0.08, 0.72);
  const swing = 0.09 * wander(`${key}/arc`, at, 2_500) + 0.03 * wander(`${key}/scrap`, at, 700);
  return melting * (0.05 + swing) - 0.1 * (1 - melting);
}

/** 1 between `rise` and `fall`, 0 at both ends of the cycle, with straight ramps of a twentieth of it. */
function plateau(position: number, rise: number, fall: number): number {
  const ramp = 0.05;
  return Math.max(0, Math.min(1, (position - rise) / ramp, (fall - position) / ramp));
}
