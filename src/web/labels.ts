import type { Locale } from '../domain/customer.ts';
import type { MeterEventKind } from '../domain/meter-event.ts';
import type { MessageState } from '../store/state-store.ts';
import type { CustomerState } from './status.ts';

interface Labels {
  readonly state: Readonly<Record<CustomerState, string>>;
  readonly over: string;
  readonly mailState: Readonly<Record<MessageState, string>>;
  readonly failed: (attempts: number, error: string) => string;
  readonly asOf: string;
  /** Shown when the daemon does not answer any more; `time` is when it did last. */
  readonly lost: (time: string) => string;
  readonly customers: string;
  readonly openAlerts: string;
  readonly noAlerts: string;
  readonly lately: string;
  readonly mails: string;
  readonly noMails: string;
  readonly customer: string;
  readonly manager: string;
  readonly supplyPoint: string;
  readonly voltage: string;
  readonly lineVoltages: string;
  readonly phaseVoltages: string;
  readonly load: string;
  readonly ofCapacity: (percent: string) => string;
  readonly lastReading: string;
  readonly never: string;
  readonly ago: (age: string) => string;
  readonly since: string;
  readonly lasting: (age: string) => string;
  readonly alert: string;
  readonly phases: (phases: readonly string[]) => string;
  readonly worst: string;
  readonly limit: (limit: string) => string;
  readonly noReadingFor: (span: string) => string;
  readonly notTrustedFor: (span: string) => string;
  readonly meters: (count: number) => string;
  readonly comma: string;
  readonly andMore: (count: number) => string;
  readonly time: string;
  readonly to: string;
  readonly subject: string;
  readonly status: string;
  readonly events: string;
  readonly event: string;
  readonly eventKind: Readonly<Record<MeterEventKind, string>>;
  readonly phase: string;
  readonly residualVoltage: string;
  readonly ofNominal: (percent: string, nominal: string) => string;
  readonly duration: string;
  /** The meter's event came so late that nobody could act on it. */
  readonly toldLate: (time: string) => string;
  readonly other: string;
}

/** The words of the status page. */
export const LABELS: Readonly<Record<Locale, Labels>> = {
  en: {
    state: { critical: 'critical', warning: 'warning', blind: 'blind', waiting: 'waiting', fine: 'fine' },
    over: 'over',
    mailState: { queued: 'queued', sent: 'sent', 'given up': 'given up' },
    failed: (attempts, error) => `${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'}: ${error}`,
    asOf: 'as of',
    lost: (time) => `pq-butler does not answer. What you see is old: the state as of ${time}.`,
    customers: 'Customers',
    openAlerts: 'Open alerts',
    noAlerts: 'No open alert.',
    lately: 'Lately over',
    mails: 'Latest mails',
    noMails: 'No mail yet.',
    customer: 'Customer',
    manager: 'Account manager',
    supplyPoint: 'Supply point',
    voltage: 'Voltage',
    lineVoltages: 'line to line',
    phaseVoltages: 'line to neutral',
    load: 'Load',
    ofCapacity: (percent) => `${percent} % of capacity`,
    lastReading: 'Last reading',
    never: 'none yet',
    ago: (age) => `${age} ago`,
    since: 'Since',
    lasting: (age) => `for ${age}`,
    alert: 'Alert',
    phases: (phases) => `on ${phases.join(', ')}`,
    worst: 'Worst',
    limit: (limit) => `limit ${limit}`,
    noReadingFor: (span) => `silent for ${span}`,
    notTrustedFor: (span) => `not to be trusted for ${span}`,
    meters: (count) => `${count} meters: `,
    comma: ', ',
    andMore: (count) => ` and ${count} more`,
    time: 'Time',
    to: 'To',
    subject: 'Subject',
    status: 'State',
    events: 'Events that meters recorded',
    event: 'Event',
    eventKind: {
      dip: 'Voltage dip',
      swell: 'Voltage swell',
      interruption: 'Interruption',
      power_failure: 'Meter without supply',
      transient: 'Transient',
      alarm: 'Alarm of the meter',
    },
    phase: 'Phase',
    residualVoltage: 'Residual or highest voltage',
    ofNominal: (percent, nominal) => `${percent} % of ${nominal}`,
    duration: 'Duration',
    toldLate: (time) => `late: read at ${time}`,
    other: '中文',
  },
  'zh-CN': {
    state: { critical: '紧急', warning: '告警', blind: '失联', waiting: '等待数据', fine: '正常' },
    over: '已恢复',
    mailState: { queued: '待发送', sent: '已发送', 'given up': '发送失败' },
    failed: (attempts, error) => `失败 ${attempts} 次：${error}`,
    asOf: '截至',
    lost: (time) => `pq-butler 无应答。以下内容已过时，为 ${time} 的状态。`,
    customers: '客户',
    openAlerts: '当前告警',
    noAlerts: '当前无告警。',
    lately: '最近恢复',
    mails: '最近邮件',
    noMails: '暂无邮件。',
    customer: '客户',
    manager: '客户经理',
    supplyPoint: '供电点',
    voltage: '电压',
    lineVoltages: '线电压',
    phaseVoltages: '相电压',
    load: '负荷',
    ofCapacity: (percent) => `容量的 ${percent} %`,
    lastReading: '最近读数',
    never: '暂无',
    ago: (age) => `${age}前`,
    since: '开始于',
    lasting: (age) => `已持续 ${age}`,
    alert: '告警',
    phases: (phases) => phases.join('、'),
    worst: '最严重值',
    limit: (limit) => `限值 ${limit}`,
    noReadingFor: (span) => `${span}无读数`,
    notTrustedFor: (span) => `${span}数据不可信`,
    meters: (count) => `${count} 块表计：`,
    comma: '、',
    andMore: (count) => `，另有 ${count} 户`,
    time: '时间',
    to: '收件人',
    subject: '主题',
    status: '状态',
    events: '表计记录的事件',
    event: '事件',
    eventKind: {
      dip: '电压暂降',
      swell: '电压暂升',
      interruption: '短时中断',
      power_failure: '表计失电',
      transient: '瞬态过电压',
      alarm: '表计报警',
    },
    phase: '相别',
    residualVoltage: '残余电压或最高电压',
    ofNominal: (percent, nominal) => `${nominal} 的 ${percent} %`,
    duration: '持续时间',
    toldLate: (time) => `迟报：${time} 读取`,
    other: 'English',
  },
};
