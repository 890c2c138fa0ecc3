import type { Locale } from '../domain/customer.ts';
import type { QualityCount } from '../domain/data-quality.ts';
import type { MissingReason, SuspectReason } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { QualityState } from './meter-quality.ts';

interface QualityLabels {
  readonly title: string;
  readonly back: string;
  readonly state: Readonly<Record<QualityState, string>>;
  readonly counts: string;
  readonly acquisition: string;
  readonly brokers: string;
  readonly meter: string;
  readonly completeness: string;
  /** Readings that came, of those that were promised. */
  readonly received: string;
  readonly count: Readonly<Record<Exclude<QualityCount, 'expected' | 'received'>, string>>;
  readonly yesterday: (figure: string) => string;
  readonly answer: string;
  readonly answers: string;
  readonly noAnswer: string;
  readonly noNewReading: string;
  readonly noReading: string;
  readonly readAt: (time: string) => string;
  readonly polls: string;
  readonly failed: (count: string) => string;
  readonly skipped: (count: string) => string;
  readonly busLoad: string;
  readonly clock: string;
  readonly ahead: (span: string) => string;
  readonly behind: (span: string) => string;
  readonly onTime: string;
  readonly wiring: string;
  readonly wiringState: Readonly<Record<Exclude<WiringVerdict['state'], 'faulty'>, string>>;
  readonly values: string;
  readonly allGood: string;
  readonly suspect: (reason: string) => string;
  readonly suspectReason: Readonly<Record<SuspectReason, string>>;
  readonly missing: (reason: string) => string;
  readonly missingReason: Readonly<Record<MissingReason, string>>;
  readonly suspectValues: string;
  readonly missingValues: string;
  readonly wiringFault: string;
  readonly incomplete: string;
  /** Readings of today with values that are missing or not trusted. */
  readonly unsound: string;
  readonly broker: string;
  readonly connected: string;
  readonly notConnected: string;
  readonly messages: string;
  readonly poison: string;
  readonly semicolon: string;
  readonly colon: string;
  readonly andMore: (count: number) => string;
}

/** The words of the page on data quality. */
export const QUALITY_LABELS: Readonly<Record<Locale, QualityLabels>> = {
  en: {
    title: 'Data quality',
    back: 'Status page',
    state: { blind: 'no answer', warning: 'in doubt', waiting: 'waiting', fine: 'good' },
    counts: 'Readings today',
    acquisition: 'Acquisition and latest reading',
    brokers: 'Brokers',
    meter: 'Meter',
    completeness: 'Complete',
    received: 'Received / expected',
    count: {
      late: 'Late',
      duplicate: 'Duplicate',
      missing: 'Missing values',
      frozen: 'Frozen',
      unreasonable: 'Unreasonable',
      inconsistent: 'Inconsistent',
    },
    yesterday: (figure) => `yesterday ${figure}`,
    answer: 'Acquisition',
    answers: 'answers',
    noAnswer: 'no answer yet',
    noNewReading: 'no new reading',
    noReading: 'no reading yet',
    readAt: (time) => `last reading ${time}`,
    polls: 'Polls',
    failed: (count) => `${count} failed`,
    skipped: (count) => `${count} skipped`,
    busLoad: 'Line in use',
    clock: 'Clock of the meter',
    ahead: (span) => `${span} ahead`,
    behind: (span) => `${span} behind`,
    onTime: 'right',
    wiring: 'Wiring',
    wiringState: {
      right: 'right',
      'cannot say': 'cannot say: too little load, too little is measured, or no single fault explains the powers',
    },
    values: 'Suspect and missing values',
    allGood: 'none',
    suspect: (reason) => `Suspect, ${reason}`,
    suspectReason: {
      'out of range': 'out of range',
      'changes too fast': 'changes too fast',
      frozen: 'frozen',
      'phase and line voltages disagree': 'phase and line voltages disagree',
      'powers disagree': 'powers disagree',
      'power factor impossible': 'impossible power factor',
      'sum of phases disagrees': 'the phases do not add up',
      'marked by the meter': 'marked by the meter',
      'age unknown': 'age unknown',
    },
    missing: (reason) => `Missing, ${reason}`,
    missingReason: {
      'not a number': 'not a number',
      'not available': 'not available in the meter',
      'not in the answer': 'not in the answer',
      'not readable': 'not readable',
      'not answered': 'no answer',
    },
    suspectValues: 'suspect values',
    missingValues: 'missing values',
    wiringFault: 'wiring fault',
    incomplete: 'too few readings',
    unsound: 'unsound readings',
    broker: 'Broker',
    connected: 'connected',
    notConnected: 'not connected',
    messages: 'Messages received',
    poison: 'Not understood',
    semicolon: '; ',
    colon: ': ',
    andMore: (count) => ` and ${count} more`,
  },
  'zh-CN': {
    title: '数据质量',
    back: '状态页',
    state: { blind: '无应答', warning: '存疑', waiting: '等待数据', fine: '良好' },
    counts: '今日读数',
    acquisition: '采集状态与最近读数',
    brokers: '消息服务器',
    meter: '表计',
    completeness: '完整率',
    received: '实收 / 应收',
    count: {
      late: '迟到',
      duplicate: '重复',
      missing: '缺量',
      frozen: '冻结',
      unreasonable: '不合理',
      inconsistent: '不一致',
    },
    yesterday: (figure) => `昨日 ${figure}`,
    answer: '采集',
    answers: '正常',
    noAnswer: '尚无应答',
    noNewReading: '无新读数',
    noReading: '暂无读数',
    readAt: (time) => `最近读数 ${time}`,
    polls: '轮询次数',
    failed: (count) => `失败 ${count}`,
    skipped: (count) => `跳过 ${count}`,
    busLoad: '总线占用',
    clock: '表计时钟',
    ahead: (span) => `快 ${span}`,
    behind: (span) => `慢 ${span}`,
    onTime: '准确',
    wiring: '接线',
    wiringState: { right: '正确', 'cannot say': '无法判断：负荷不足、测量量不足，或没有单一接线错误能解释各相功率' },
    values: '存疑与缺失的量',
    allGood: '无',
    suspect: (reason) => `存疑（${reason}）`,
    suspectReason: {
      'out of range': '超出合理范围',
      'changes too fast': '变化过快',
      frozen: '数值冻结',
      'phase and line voltages disagree': '相电压与线电压不符',
      'powers disagree': '功率之间不符',
      'power factor impossible': '功率因数不可能',
      'sum of phases disagrees': '分相之和与总量不符',
      'marked by the meter': '表计标为无效',
      'age unknown': '时间不明',
    },
    missing: (reason) => `缺失（${reason}）`,
    missingReason: {
      'not a number': '非数值',
      'not available': '表计无此值',
      'not in the answer': '应答中没有',
      'not readable': '无法读取',
      'not answered': '无应答',
    },
    suspectValues: '数值存疑',
    missingValues: '数值缺失',
    wiringFault: '接线有误',
    incomplete: '读数不全',
    unsound: '今日不可信读数偏多',
    broker: '消息服务器',
    connected: '已连接',
    notConnected: '未连接',
    messages: '收到消息',
    poison: '无法解析',
    semicolon: '；',
    colon: '：',
    andMore: (count) => `，另有 ${count} 项`,
  },
};
