import type { Locale } from '../domain/customer.ts';
import type { Words } from './rule.ts';

/** What is silent, or answers with nothing that can be trusted. */
export type SilenceKind = 'meter' | 'line' | 'doubted' | 'doubted line';

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

const WORDS: Readonly<Record<Locale, Readonly<Record<SilenceKind, KindWords>>>> = {
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
    'doubted line': {
      title: 'Gateway or broker cannot be trusted',
      sentence: 'The meters on this line answer, but no figure of any of them can be true: we are blind there.',
      meaning: 'While no figure of a line can be trusted, faults of the supply there would not be noticed.',
      advice: [
        'A gateway that repeats old figures is the most likely cause: restart it.',
        'The page "Data quality" says which figures are doubted and why.',
        'Check the clocks of gateway and meters.',
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
    'doubted line': {
      title: '网关或消息服务器数据不可信',
      sentence: '该通信线路上的全部表计均有应答，但数据不合理，目前无法监测。',
      meaning: '该线路数据不可信期间，即使供电发生故障也无法发现。',
      advice: [
        '多为网关重复上送旧数据，请重启网关。',
        '在“数据质量”页面查看哪些数据可疑及其原因。',
        '检查网关和表计的时钟。',
      ],
    },
  },
};

export const words: Words = { en: wordsIn('en'), 'zh-CN': wordsIn('zh-CN') };

function wordsIn(locale: Locale): Words[Locale] {
  const of = (kind: string) => WORDS[locale][isSilenceKind(kind) ? kind : 'meter'];
  return {
    title: (kind) => of(kind).title,
    sentence: ({ kind }) => of(kind).sentence,
    meaning: (kind) => of(kind).meaning,
    advice: (kind) => of(kind).advice,
  };
}

function isSilenceKind(kind: string): kind is SilenceKind {
  return kind in WORDS.en;
}
