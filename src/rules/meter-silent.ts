import { z } from 'zod';
import type { Verdict } from '../domain/verdict.ts';
import { duration } from '../lib/duration.ts';
import type { SilenceKind } from './meter-silent-words.ts';
import { cannotSay } from './rule.ts';

export const silenceRow = z.strictObject({
  /** Silent after this many poll intervals without a reading, but never before `at_least`. */
  missed_polls: z.number().int().positive(),
  at_least: duration,
});

export type SilenceLimits = z.infer<typeof silenceRow>;

/** What is known of one meter on a line. Times are epoch milliseconds UTC. */
export interface Heard {
  readonly meter: string;
  readonly pollInterval: number;
  /** Time of the latest reading; undefined when there was none since the daemon began to listen. */
  readonly last: number | undefined;
  /** Time of the latest reading with values that can be trusted. */
  readonly trusted: number | undefined;
}

export interface LineHeard {
  readonly line: string;
  readonly meters: readonly Heard[];
  readonly listeningSince: number;
  /** When the line's first reading came after a silence of the whole line; at first, `listeningSince`. */
  readonly aliveSince: number;
}

/** A neighbour must have been heard for so many intervals after a meter fell silent before the meter itself is to blame. */
const INTERVALS_TO_BLAME_THE_METER = 2;

/**
 * Silence of the meters of one line, by subject (meter id, or the line itself). A meter that answers, and of which nothing
 * can be trusted, leaves its supply point as unwatched as a silent one does. One root cause, one verdict: when it is so
 * with every meter of a shared line, the line is bad and its meters cannot be judged.
 */
export function judgeSilence(heard: LineHeard, now: number, limits: SilenceLimits): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const isShared = heard.meters.length > 1;
  const line = judgeLine(heard, now, limits);
  if (isShared) verdicts.set(heard.line, line);
  const isLineBad = isShared && line.standing === 'bad';
  for (const meter of heard.meters) {
    const verdict = isLineBad ? cannotSay(WHOLE_LINE) : judgeMeter(meter, heard, now, threshold(meter, limits));
    verdicts.set(meter.meter, verdict);
  }
  return verdicts;
}

const WHOLE_LINE = 'its whole line is silent, or cannot be trusted';

function judgeLine(heard: LineHeard, now: number, limits: SilenceLimits): Verdict {
  const allowed = Math.max(...heard.meters.map((meter) => threshold(meter, limits)));
  const silent = now - (latest(heard, 'last') ?? heard.listeningSince);
  if (silent > allowed) return verdict(true, true, silent, allowed, 'line');
  const trusted = latest(heard, 'trusted');
  const doubted = now - Math.max(trusted ?? heard.listeningSince, heard.aliveSince);
  return verdict(doubted > allowed, trusted !== undefined, doubted, allowed, 'doubted line');
}

function judgeMeter(meter: Heard, heard: LineHeard, now: number, allowed: number): Verdict {
  const { listeningSince, aliveSince } = heard;
  const isShared = heard.meters.length > 1;
  const behind = (what: 'last' | 'trusted') =>
    (latest(heard, what) ?? listeningSince) - (meter[what] ?? listeningSince);

  const silent = now - Math.max(meter.last ?? listeningSince, aliveSince);
  if (silent > allowed) {
    const isAlone = behind('last') > INTERVALS_TO_BLAME_THE_METER * meter.pollInterval;
    return isShared && !isAlone ? cannotSay(WHOLE_LINE) : verdict(true, true, silent, allowed, 'meter');
  }
  const doubted = now - Math.max(meter.trusted ?? listeningSince, aliveSince);
  // Doubts come to neighbours one after the other, as each has been frozen long enough.
  if (isShared && doubted > allowed && behind('trusted') <= allowed) return cannotSay(WHOLE_LINE);
  return verdict(doubted > allowed, meter.trusted !== undefined, doubted, allowed, 'doubted');
}

export function threshold(meter: Pick<Heard, 'pollInterval'>, limits: SilenceLimits): number {
  return Math.max(limits.missed_polls * meter.pollInterval, limits.at_least);
}

function latest({ meters }: LineHeard, what: 'last' | 'trusted'): number | undefined {
  const times = meters.map((meter) => meter[what]).filter((time) => time !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** A subject that was never trusted is not good, it is unknown: an alert from before a restart must not end by it. */
function verdict(isBad: boolean, wasTrusted: boolean, ms: number, allowedMs: number, kind: SilenceKind): Verdict {
  if (!isBad && !wasTrusted) return cannotSay('not heard yet');
  const judged = ms / 1000;
  const limit = allowedMs / 1000;
  const beyond = judged - limit;
  const isSilence = kind === 'meter' || kind === 'line';
  return {
    standing: isBad ? 'bad' : 'good',
    evidence: { judged, limit, unit: 's', kind, phases: [], badness: isSilence ? beyond : leastBadness(beyond) },
  };
}

/** Under that of any silence: a meter that falls silent has become worse, one that answers with nonsense has not. */
function leastBadness(beyond: number): number {
  return -1 / (1 + Math.max(0, beyond));
}
