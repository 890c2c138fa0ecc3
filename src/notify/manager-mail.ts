import type { Alert, AlertChange } from '../domain/alert.ts';
import type { Locale } from '../domain/customer.ts';
import type { MeterPlace } from '../domain/fleet.ts';
import { localTimeBeside, spanInWords } from '../lib/wording.ts';
import { RULE_WORDS } from '../rules/index.ts';
import { type AlertContext, customerInWords, whenInWords } from './alert-facts.ts';
import type { MailContent, MailSection } from './mail-content.ts';
import { isMeteringFault, leadInWords, titleInWords, urgencyOf, worstInWords } from './plain-words.ts';

const LABELS = {
  en: {
    mark: { critical: 'Urgent', warning: 'Notice', good: 'Over' },
    subject: (mark: string, customer: string, title: string) => `[${mark}] ${customer}: ${title}`,
    title: (customer: string, title: string) => `${customer}: ${title}`,
    isOver: (since: string, span: string) => `It is over: back to normal since ${since}, after about ${span}.`,
    customer: 'Customer',
    supplyPoint: 'Supply point',
    when: 'When',
    worst: 'At its worst',
    contact: 'Grid engineer',
    meaning: 'What it can mean for the customer',
    advice: 'What to do first',
    afterwards: 'What to do now',
    followUp: [
      'Call the customer: is everything running again, and was anything damaged?',
      'Note the answer for the next check-up of this customer.',
    ],
    followUpOverload: [
      'Call the customer: will this load come back, and when?',
      'Ask whether more capacity is needed: a larger contract capacity or a second transformer.',
      'Note the answer for the next check-up of this customer.',
    ],
    followUpMetering: [
      'Nothing is to do with the customer: the meter measures all phases again.',
      'Ask the grid engineer whether energy was not counted and has to be settled.',
    ],
    told: 'The grid engineers were told at the same time.',
    footer: (site: string) =>
      `${site} · pq-butler watches this supply point. You get this mail because you are the customer's account manager.`,
  },
  'zh-CN': {
    mark: { critical: '紧急', warning: '提醒', good: '已恢复' },
    subject: (mark: string, customer: string, title: string) => `【${mark}】${customer}：${title}`,
    title: (customer: string, title: string) => `${customer}：${title}`,
    isOver: (since: string, span: string) => `异常已结束：${since} 起恢复正常，历时约 ${span}。`,
    customer: '客户',
    supplyPoint: '供电点',
    when: '时间',
    worst: '最严重时',
    contact: '电网工程师',
    meaning: '对客户可能造成的影响',
    advice: '建议您首先这样做',
    afterwards: '建议您现在这样做',
    followUp: ['致电客户：设备是否已全部恢复运行？有无损坏？', '记录客户反馈，供下次体检参考。'],
    followUpOverload: [
      '致电客户：该负荷是否还会出现？何时出现？',
      '了解客户是否需要更大容量：增加合同容量或增设变压器。',
      '记录客户反馈，供下次体检参考。',
    ],
    followUpMetering: ['无需联系客户：表计已恢复正常测量。', '向电网工程师了解是否少计电量、是否需要追补。'],
    told: '电网工程师已同时收到通知。',
    footer: (site: string) => `${site} · 本邮件由 pq-butler 供电监测系统自动发出。您是该客户的客户经理，故收到此邮件。`,
  },
} as const satisfies Record<Locale, unknown>;

/** The account manager's text: one customer, plain words, no register and no jargon. */
export function managerMail(
  change: AlertChange,
  place: MeterPlace,
  context: AlertContext,
  locale: Locale,
): MailContent {
  const { alert, kind } = change;
  const label = LABELS[locale];
  const words = RULE_WORDS[alert.rule][locale];
  const { customer } = place;
  const isOver = kind === 'resolved';
  const title = titleInWords(change, locale);
  const tone = urgencyOf(change);
  const mark = label.mark[tone];

  return {
    locale,
    subject: label.subject(mark, customer.name, title),
    tone,
    badge: mark,
    title: label.title(customer.name, title),
    lead: isOver ? overInWords(change, context, locale) : leadInWords(change, locale),
    sections: [
      factsOf(change, place, context, locale),
      { kind: 'paragraph', heading: label.meaning, text: words.meaning(alert.worst.kind) },
      isOver
        ? { kind: 'steps', heading: label.afterwards, items: followUpOf(alert, locale) }
        : { kind: 'steps', heading: label.advice, items: words.advice(alert.worst.kind) },
      ...(isOver ? [] : [{ kind: 'paragraph', text: label.told } as const]),
    ],
    footer: label.footer(context.siteName),
  };
}

function followUpOf(alert: Alert, locale: Locale): readonly string[] {
  const label = LABELS[locale];
  if (isMeteringFault(alert)) return label.followUpMetering;
  return alert.rule === 'overload' ? label.followUpOverload : label.followUp;
}

function overInWords({ alert, time }: AlertChange, { timeZone }: AlertContext, locale: Locale): string {
  const end = alert.resolvedAt ?? time;
  const since = localTimeBeside(end, alert.since, timeZone);
  return LABELS[locale].isOver(since, spanInWords(end - alert.since, locale));
}

function factsOf(
  { alert, kind }: AlertChange,
  { customer, supplyPoint }: MeterPlace,
  { timeZone, engineers }: AlertContext,
  locale: Locale,
): MailSection {
  const label = LABELS[locale];
  const rows: (readonly [string, string])[] = [
    [label.customer, customerInWords(customer, locale)],
    [label.supplyPoint, `${supplyPoint.name}${locale === 'en' ? ', ' : '，'}${supplyPoint.nominalKv} kV`],
    [label.when, whenInWords(alert, timeZone, locale)],
  ];
  if (kind === 'resolved') rows.push([label.worst, worstInWords(alert, locale)]);
  if (engineers.length > 0) rows.push([label.contact, engineers.join(' · ')]);
  return { kind: 'facts', rows };
}
