import type { MeterPlace } from '../domain/fleet.ts';
import type { Reading, Values } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import { circumstancesOf } from './wiring-circumstances.ts';
import { energiesIn, largestAmps, type Observation, observe, verdictOf } from './wiring-of.ts';
import { wiringSampleOf } from './wiring-sample.ts';

/** Milliseconds between two readings that are looked at, and the age of those that still count. */
const EVERY = 10_000;
const OLDEST = 30 * 60_000;

/** Observations: five minutes at ten seconds, half an hour where a meter is read once a minute. */
const AT_MOST = 30;

/** Observations that must say something, before there is a verdict: a minute and more of the same. */
const AT_LEAST = 7;

interface Watched {
  observations: readonly Observation[];
  latest: number;
  largestAmps: number;
  energies: Values;
  /** Of the observations when it was last asked for; undefined when more came since. */
  current: WiringVerdict | undefined;
  /** The latest that could say something. */
  definite: WiringVerdict | undefined;
}

/** Whether each meter is connected as it should be, from what it measured over some minutes. */
export class WiringCheck {
  readonly #watched = new Map<string, Watched>();

  /** Takes a judged reading; it looks at one in ten seconds. Values that wrong wiring made suspect are looked at too. */
  see(reading: Reading, { supplyPoint, meter }: MeterPlace): void {
    const watched = this.#watchedOf(reading.meter);
    const since = reading.time - watched.latest;
    if (since < EVERY && since > -OLDEST) return;
    const sample = wiringSampleOf(reading);
    watched.latest = reading.time;
    watched.largestAmps = Math.max(watched.largestAmps, largestAmps(sample));
    watched.energies = { ...watched.energies, ...energiesIn(reading) };
    const circumstances = circumstancesOf(supplyPoint, meter, watched.largestAmps, watched.energies);
    watched.observations = [...watched.observations, observe(reading.time, sample, circumstances)]
      .filter(({ time }) => Math.abs(reading.time - time) <= OLDEST)
      .slice(-AT_MOST);
    watched.current = undefined;
  }

  /**
   * The latest verdict that could say something, else that nothing can be said; its times tell how old it is. Ask at least
   * once in five minutes: what is not asked for in time is forgotten with its readings.
   */
  verdict(meter: string): WiringVerdict | undefined {
    const watched = this.#watched.get(meter);
    if (!watched) return undefined;
    watched.current ??= verdictOf(watched.observations, AT_LEAST);
    if (watched.current && watched.current.state !== 'cannot say') watched.definite = watched.current;
    return watched.definite ?? watched.current;
  }

  #watchedOf(meter: string): Watched {
    const known = this.#watched.get(meter);
    if (known) return known;
    const latest = Number.NEGATIVE_INFINITY;
    const made = { observations: [], latest, largestAmps: 0, energies: {}, current: undefined, definite: undefined };
    this.#watched.set(meter, made);
    return made;
  }
}
