import type { Locale } from '../domain/customer.ts';

/** The words of the daily summary. */
export const SUMMARY_LABELS = {
  en: {
    subject: (date: string, outcome: string) => `Daily summary ${date}: ${outcome}`,
    title: (date: string) => `Daily summary ${date}`,
    troubled: (troubled: number, all: number) => `trouble at ${troubled} of your ${customers(all)}`,
    unseen: (unseen: number, all: number) => `no trouble seen, but no verdict on ${unseen} of your ${customers(all)}`,
    calm: (all: number) => `no trouble at your ${customers(all)}`,
    lead: {
      trouble: (name: string) => `Good morning, ${name}. The customers that need you come first.`,
      'cannot say': (name: string) =>
        `Good morning, ${name}. No trouble was seen, but some customers were not seen well enough for a verdict.`,
      fine: (name: string) => `Good morning, ${name}. There is nothing to do.`,
    },
    verdict: { trouble: 'trouble', 'cannot say': 'cannot say: too few data', fine: 'fine' },
    cannotTrust: 'cannot say: metering in doubt',
    happened: 'What happened',
    todo: 'What to do',
    once: (time: string, title: string, worst: string) => `${time}: ${title}, ${worst}`,
    silent: (time: string, title: string) => `${time}: ${title}`,
    often: (count: number, first: string, last: string, title: string, worst: string) =>
      `${title}, ${count} times from ${first} to ${last}; at its worst: ${worst}`,
    ended: (from: string, to: string, span: string) => `${from} to ${to} (about ${span})`,
    lasting: (from: string) => `since ${from}, still going on`,
    blind: 'No data from the meter',
    at: (supplyPoint: string) => ` at ${supplyPoint}`,
    voltage: 'Voltage',
    deviation: (low: string, high: string) => `${low} % to ${high} % from nominal (10-minute values)`,
    load: 'Highest load',
    loadAt: (percent: string, time: string) => `${percent} % of capacity at ${time}`,
    loadShort: (percent: string, time: string) => `${percent} % at ${time}`,
    data: 'Data received',
    dataShort: 'Data',
    notMeasured: 'not measured',
    notTrusted: 'not to be trusted (metering fault suspected)',
    followUp: 'Ask whether everything is running again and whether anything was damaged.',
    recurring: (title: string) => `${title}, again and again: ask the grid engineer for the cause before you call.`,
    untrustedFigures:
      "Do not quote this day's figures to the customer: until a grid engineer has checked the metering circuit, they are not to be trusted.",
    unknown:
      'Do not tell the customer that all was well: nobody saw the whole day. The grid engineers look after the meter.',
    fineHeading: 'No event seen',
    customer: 'Customer',
    limits: 'Events that are shorter than the interval between two readings of a meter cannot be seen.',
  },
  'zh-CN': {
    subject: (date: string, outcome: string) => `每日供电简报 ${date}：${outcome}`,
    title: (date: string) => `每日供电简报 ${date}`,
    troubled: (troubled: number, all: number) => `您负责的 ${all} 家客户中有 ${troubled} 家出现异常`,
    unseen: (unseen: number, all: number) => `未见异常，但您负责的 ${all} 家客户中有 ${unseen} 家无法判断`,
    calm: (all: number) => `您负责的 ${all} 家客户供电正常`,
    lead: {
      trouble: (name: string) => `${name}，您好！需要您关注的客户排在最前。`,
      'cannot say': (name: string) => `${name}，您好！未见异常，但部分客户的数据不足或不可信，无法作出判断。`,
      fine: (name: string) => `${name}，您好！当日没有需要您处理的事项。`,
    },
    verdict: { trouble: '有异常', 'cannot say': '数据不足，无法判断', fine: '正常' },
    cannotTrust: '计量存疑，无法判断',
    happened: '异常情况',
    todo: '建议措施',
    once: (time: string, title: string, worst: string) => `${time}：${title}，${worst}`,
    silent: (time: string, title: string) => `${time}：${title}`,
    often: (count: number, first: string, last: string, title: string, worst: string) =>
      `${title}共 ${count} 次（${first} 至 ${last}），${worst}`,
    ended: (from: string, to: string, span: string) => `${from} 至 ${to}（约 ${span}）`,
    lasting: (from: string) => `${from} 开始，仍在持续`,
    blind: '表计无数据',
    at: (supplyPoint: string) => `（${supplyPoint}）`,
    voltage: '电压偏差',
    deviation: (low: string, high: string) => `${low} % ～ ${high} %（10 分钟平均值，相对额定电压）`,
    load: '最高负荷',
    loadAt: (percent: string, time: string) => `容量的 ${percent} %（${time}）`,
    loadShort: (percent: string, time: string) => `${percent} %（${time}）`,
    data: '数据完整率',
    dataShort: '数据',
    notMeasured: '未测量',
    notTrusted: '数据不可信（疑似计量回路故障）',
    followUp: '了解设备是否已全部恢复运行、有无损坏。',
    recurring: (title: string) => `${title}反复出现：致电客户前，请先向电网工程师了解原因。`,
    untrustedFigures: '在电网工程师核查计量回路之前，当日数据不可信，请勿向客户引用。',
    unknown: '数据不完整，请勿答复客户“一切正常”；表计问题由电网工程师跟进。',
    fineHeading: '未见异常',
    customer: '客户',
    limits: '短于表计采样间隔的事件无法发现。',
  },
} as const satisfies Record<Locale, unknown>;

function customers(count: number): string {
  return count === 1 ? 'customer' : `${count} customers`;
}
