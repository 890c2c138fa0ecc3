import { z } from 'zod';
import type { Locale } from '../domain/customer.ts';
import type { Verdict } from '../domain/verdict.ts';
import { duration } from '../lib/duration.ts';
import { cannotSay, type Words } from './rule.ts';

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
 * Silence of the meters of one line, by subject (meter id, or the line itself). One root cause, one verdict: when every
 * meter of a shared line is silent, the line is bad and its meters cannot be judged. A meter that answers, and of which
 * nothing can be trusted, leaves its supply point as unwatched as a silent one does.
 */
export function judgeSilence(heard: LineHeard, now: number, limits: SilenceLimits): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const lineLast = latest(heard.meters);
  const lineSilent = now - (lineLast ?? heard.listeningSince);
  const lineThreshold = Math.max(...heard.meters.map((meter) => threshold(meter, limits)));
  const shared = heard.meters.length > 1;
  const lineIsBad = shared && lineSilent > lineThreshold;
  if (shared) verdicts.set(heard.line, verdict(lineIsBad, lineLast !== undefined, lineSilent, lineThreshold, 'line'));

  for (const meter of heard.meters) {
    const allowed = threshold(meter, limits);
    const silent = now - Math.max(meter.last ?? heard.listeningSince, heard.aliveSince);
    const blamable = INTERVALS_TO_BLAME_THE_METER * meter.pollInterval;
    const neighboursHeard = (lineLast ?? heard.listeningSince) - (meter.last ?? heard.listeningSince) > blamable;
    if (lineIsBad || (shared && silent > allowed && !neighboursHeard)) {
      verdicts.set(meter.meter, cannotSay('its whole line is silent'));
    } else if (silent > allowed) {
      verdicts.set(meter.meter, verdict(true, meter.last !== undefined, silent, allowed, 'meter'));
    } else {
      const doubted = now - Math.max(meter.trusted ?? heard.listeningSince, heard.aliveSince);
      verdicts.set(meter.meter, verdict(doubted > allowed, meter.trusted !== undefined, doubted, allowed, 'doubted'));
    }
  }
  return verdicts;
}

export function threshold(meter: Pick<Heard, 'pollInterval'>, limits: SilenceLimits): number {
  return Math.max(limits.missed_polls * meter.pollInterval, limits.at_least);
}

function latest(meters: readonly Heard[]): number | undefined {
  const times = meters.flatMap((meter) => (meter.last === undefined ? [] : [meter.last]));
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** A subject that was never heard is not good, it is unknown: an alert from before a restart must not end by it. */
function verdict(isBad: boolean, wasHeard: boolean, silentMs: number, allowedMs: number, kind: Kind): Verdict {
  if (!isBad && !wasHeard) return cannotSay('not heard yet');
  const judged = silentMs / 1000;
  const limit = allowedMs / 1000;
  const beyond = judged - limit;
  return {
    standing: isBad ? 'bad' : 'good',
    evidence: {
      judged,
      limit,
      unit: 's',
      kind,
      phases: [],
      badness: kind === 'doubted' ? leastBadness(beyond) : beyond,
    },
  };
}

/** Under that of any silence: a meter that falls silent has become worse, one that answers with nonsense has not. */
function leastBadness(beyond: number): number {
  return -1 / (1 + Math.max(0, beyond));
}

type Kind = 'meter' | 'line' | 'doubted';

interface KindWords {
  readonly title: string;
  readonly sentence: string;
  readonly meaning: string;
  readonly advice: readonly string[];
}

const EN_SILENT = {
  meaning: 'While a meter is silent nothing is known of the supply; a fault there would not be noticed.',
  advice: [
    'Check power and network of the gateway or meter (LED, switch port, SIM).',
    'If a neighbouring point lost its voltage too, think of a real outage first.',
    'Tell the account manager if the point stays blind for more than a working day.',
  ],
};

const ZH_SILENT = {
  meaning: '表计失联期间无法掌握供电情况，即使发生故障也无法发现。',
  advice: [
    '检查网关或表计的电源与网络（指示灯、交换机端口、SIM 卡）。',
    '如相邻供电点也停电，应首先考虑真实停电。',
    '如超过一个工作日仍未恢复，请告知客户经理。',
  ],
};

const WORDS: Readonly<Record<Locale, Readonly<Record<Kind, KindWords>>>> = {
  en: {
    meter: {
      title: 'Meter silent',
      sentence: 'The meter of this supply point does not answer any more: we are blind there.',
      ...EN_SILENT,
    },
    line: {
      title: 'Gateway or broker silent',
      sentence: 'None of the meters on this line answers any more: we are blind there.',
      ...EN_SILENT,
    },
    doubted: {
      title: 'Meter cannot be trusted',
      sentence: 'The meter of this supply point answers, but its figures cannot be true: we are blind there.',
      meaning: 'While no figure of a meter can be trusted, a fault of the supply there would not be noticed.',
      advice: [
        'The page "Data quality" says which figures are doubted and why.',
        'Check the model, the ratios and the clock of the meter, and the wiring of its voltages.',
        'Figures that never change come from a gateway that repeats old ones: restart it.',
      ],
    },
  },
  'zh-CN': {
    meter: {
      title: '表计失联',
      sentence: '该供电点的表计无应答，目前无法监测。',
      ...ZH_SILENT,
    },
    line: {
      title: '网关或消息服务器失联',
      sentence: '该通信线路上的全部表计均无应答，目前无法监测。',
      ...ZH_SILENT,
    },
    doubted: {
      title: '表计数据不可信',
      sentence: '该供电点的表计有应答，但数据不合理，目前无法监测。',
      meaning: '表计数据不可信期间，即使供电发生故障也无法发现。',
      advice: [
        '在“数据质量”页面查看哪些数据可疑及其原因。',
        '检查表计型号、变比、时钟以及电压回路接线。',
        '如数据始终不变，多为网关重复上送旧数据，请重启网关。',
      ],
    },
  },
};

export const words: Words = { en: wordsIn('en'), 'zh-CN': wordsIn('zh-CN') };

function wordsIn(locale: Locale): Words[Locale] {
  const of = (kind: string) => WORDS[locale][kind === 'line' || kind === 'doubted' ? kind : 'meter'];
  return {
    title: (kind) => of(kind).title,
    sentence: ({ kind }) => of(kind).sentence,
    meaning: (kind) => of(kind).meaning,
    advice: (kind) => of(kind).advice,
  };
}
