import { describe, expect, it } from 'vitest';
import type { Alert, RuleName } from '../../src/domain/alert.ts';
import { LOCALES, type Locale } from '../../src/domain/customer.ts';
import { renderText } from '../../src/notify/mail-content.ts';
import { renderHtml } from '../../src/notify/mail-html.ts';
import { summarise } from '../../src/reports/summary.ts';
import { summaryMail } from '../../src/reports/summary-mail.ts';
import { alert, customer, evidenceOf, silence, TROUBLES, ZONE } from '../notify/fixtures.ts';
import { lines } from '../rules/points.ts';
import { dayOf, windowsOf } from './days.ts';

const DAY = dayOf('2026-03-01', ZONE);
const HOUR = 3_600_000;
const MINUTE = 60_000;
const CUSTOMERS = ['c01', 'c02', 'c03'].map((id) => customer(id));
const calm = (start: number) => ({
  ...lines(start === DAY.from ? 9_790 : 10_040),
  apparent_power_total: start === DAY.from + 14 * HOUR ? 6_160_000 : 4_000_000,
});

function mail(alerts: readonly Alert[], locale: Locale, blind: readonly string[] = [], customers = CUSTOMERS) {
  const windows = new Map(
    customers.map(
      ({ id }) => [`${id}-m`, windowsOf(`${id}-m`, DAY, calm, blind.includes(id) ? 0.896 : 0.998)] as const,
    ),
  );
  const context = { siteName: 'Demo city', timeZone: ZONE, date: DAY.date, period: DAY, name: 'Li Wei', locale };
  return summaryMail(summarise(customers, alerts, windows, DAY), context);
}

function event(rule: RuleName, name: string, hour: number, lasting?: number, subject = 'c01-m'): Alert {
  const since = DAY.from + hour * HOUR;
  const of = alert(rule, evidenceOf(name), { id: `${rule} ${subject} ${hour}`, since, subject });
  return lasting === undefined ? of : { ...of, state: 'resolved', resolvedAt: since + lasting };
}

const text = (...args: Parameters<typeof mail>) => renderText(mail(...args));

describe('the subject', () => {
  it.each([
    { of: [], blind: [], en: 'no trouble at your 3 customers', zh: '您负责的 3 家客户供电正常' },
    {
      of: [],
      blind: ['c02'],
      en: 'no trouble seen, but no verdict on 1 of your 3 customers',
      zh: '未见异常，但您负责的 3 家客户中有 1 家无法判断',
    },
    {
      of: [event('overload', 'overload of the contract', 5)],
      blind: ['c02'],
      en: 'trouble at 1 of your 3 customers',
      zh: '您负责的 3 家客户中有 1 家出现异常',
    },
  ])('$en', ({ of, blind, en, zh }) => {
    expect(mail(of, 'en', blind).subject).toBe(`Daily summary 2026-03-01: ${en}`);
    expect(mail(of, 'zh-CN', blind).subject).toBe(`每日供电简报 2026-03-01：${zh}`);
  });

  it('is right for a manager with one customer', () => {
    expect(mail([], 'en', [], [customer('c01')]).subject).toBe('Daily summary 2026-03-01: no trouble at your customer');
  });
});

describe('a customer in trouble', () => {
  it('reads what happened, when and how badly, and what to do', () => {
    const events = [event('voltage_dip', 'dip', 3, 8_000), event('overload', 'overload of the contract', 14.5)];
    const en = text(events, 'en');
    expect(en).toContain('== Customer c01 (trouble) ==');
    expect(en).toContain(
      '  - 03:00:00 to 03:00:08 (about 8 s): Voltage dip, 62 % of the normal voltage (phases L2–L3 and L3–L1)',
    );
    expect(en).toContain(
      '  - since 14:30:00, still going on: Load above the contract capacity, 123 % of the contract capacity (9.84 MVA of 8.00 MVA)',
    );
    expect(en).toContain('  - Call the customer: which equipment was started, and can some of it wait?');
    expect(en).toContain('  - Ask whether everything is running again and whether anything was damaged.');
    const zh = text(events, 'zh-CN');
    expect(zh).toContain('  - 03:00:00 至 03:00:08（约 8 秒）：电压暂降，BC、CA 相间电压最低为正常值的 62 %');
    expect(zh).toContain(
      '  - 14:30:00 开始，仍在持续：负荷超过合同容量，最高达合同容量的 123 %（负荷 9.84 MVA，容量 8.00 MVA）',
    );
  });

  it('shows its figures, as in the hand calculation: -2.1 %, +0.4 %, 77 %, data rounded down', () => {
    const en = text([event('voltage_dip', 'dip', 3, 8_000)], 'en');
    expect(en).toContain('  Voltage: −2.1 % to +0.4 % from nominal (10-minute values)');
    expect(en).toContain('  Highest load: 77 % of capacity at 14:00');
    expect(en).toContain('  Data received: 99 %');
  });

  it('with many events of one kind reads one line for them, with the worst', () => {
    const dips = Array.from({ length: 40 }, (_, index) => event('voltage_dip', 'dip', index / 2, 8_000));
    const worse = dips.map((dip, index) =>
      index === 7 ? { ...dip, worst: { ...dip.worst, judged: 41, badness: 59, phases: ['L1-L2'] } } : dip,
    );
    const en = text(worse, 'en');
    expect(en).toContain(
      '  - Voltage dip, 40 times from 00:00:00 to 19:30:00; at its worst: 41 % of the normal voltage (phases L1–L2)',
    );
    expect(en.match(/Voltage dip/g)).toHaveLength(2);
    expect(en).toContain('ask the grid engineer for the cause before you call');
  });

  it('after an overload alone is asked for more capacity and not for damage, after both for both', () => {
    const over = event('overload', 'overload of the contract', 5, HOUR);
    const asked = 'Ask whether the load will come back, and when, and whether more capacity is needed.';
    expect(text([over], 'en')).toContain(`  - ${asked}`);
    expect(text([over], 'en')).not.toContain('damaged');
    expect(text([over], 'zh-CN')).toContain('  - 了解该负荷是否还会出现、何时出现，以及是否需要增加容量。');
    expect(text([over], 'zh-CN')).not.toContain('损坏');
    const both = text([over, event('voltage_dip', 'dip', 3, 8_000)], 'en');
    expect(both).toContain(asked);
    expect(both).toContain('whether anything was damaged');
  });

  it('tells the date of what began the day before or ended the day after', () => {
    const en = text(
      [event('voltage_dip', 'dip', -1, 2 * HOUR), event('overload', 'overload of the contract', 23, 2 * HOUR)],
      'en',
    );
    expect(en).toContain('2026-02-28 23:00:00 to 2026-03-01 01:00:00 (about 2 h)');
    expect(en).toContain('23:00:00 to 2026-03-02 01:00:00 (about 2 h)');
  });

  it('with two supply points is told which', () => {
    const two = customer('c01');
    const [point] = two.supplyPoints;
    if (!point) throw new Error('no supply point');
    const other = {
      ...point,
      id: 'c01-b',
      name: 'Feed B',
      meters: point.meters.map((meter) => ({ ...meter, id: 'c01-n' })),
    };
    const en = text(
      [event('voltage_dip', 'dip', 3, 8_000, 'c01-n')],
      'en',
      [],
      [{ ...two, supplyPoints: [point, other] }],
    );
    expect(en).toContain('Voltage dip at Feed B, 62 %');
  });
});

describe('a customer that nobody saw well', () => {
  it('is not called fine, and 89.6 % does not look like 90 %', () => {
    const en = text([], 'en', ['c02']);
    expect(en).toContain('== Customer c02 (cannot say: too few data) ==');
    expect(en).toContain('Data received: 89 %');
    expect(en).toContain('Do not tell the customer that all was well');
    expect(text([], 'zh-CN', ['c02'])).toContain('请勿答复客户“一切正常”');
  });

  it('and of whom nothing came at all has too few data, not a meter that does not measure', () => {
    const context = { siteName: 'Demo city', timeZone: ZONE, date: DAY.date, period: DAY, name: 'Li Wei' };
    const unheard = summarise([customer('c01')], [], new Map(), DAY);
    const [en, zh] = (['en', 'zh-CN'] as const).map((locale) =>
      renderText(summaryMail(unheard, { ...context, locale })),
    );
    expect(en).toContain('  Voltage: too few data\n  Highest load: too few data\n  Data received: 0 %');
    expect(zh).toContain('== Customer c01（数据不足，无法判断） ==');
    expect(zh).toContain('  电压偏差：数据不足\n  最高负荷：数据不足\n');
  });

  it('reads since when there are no data, without a word of gateways', () => {
    const line = alert('meter_silent', silence('line'), {
      subject: 'modbus-tcp://10.7.7.7:502',
      since: DAY.from + 9 * HOUR,
    });
    const en = text([line], 'en');
    expect(en).toContain('since 09:00:00, still going on: No data from the meter');
    expect(en).not.toMatch(/gateway|modbus|\d+\.\d+\.\d+\.\d+/i);
  });
});

describe('a customer whose metering is in doubt', () => {
  const fault = event('phase_loss', 'metering fault', 5);

  it('is in no trouble, but its figures are not told and not to be trusted', () => {
    const content = mail([fault], 'en');
    expect(content.subject).toBe('Daily summary 2026-03-01: no trouble seen, but no verdict on 1 of your 3 customers');
    const en = renderText(content);
    expect(en).toContain('== Customer c01 (cannot say: metering in doubt) ==');
    expect(en).toContain(
      '  - since 05:00:00, still going on: Metering circuit fault suspected, no voltage measured on phase L1 while current flowed',
    );
    expect(en).toContain('  - No need to alarm the customer');
    expect(en).toContain("  - Do not quote this day's figures to the customer");
    expect(en).toContain('  Voltage: not to be trusted (metering fault suspected)\n  Highest load: not to be trusted');
    expect(en).not.toContain('Ask whether everything is running again');
    expect(content.sections[0]).toMatchObject({ kind: 'heading', tone: 'plain' });
    const zh = text([fault], 'zh-CN');
    expect(zh).toContain('== Customer c01（计量存疑，无法判断） ==');
    expect(zh).toContain('疑似计量回路故障（失压），A 相有电流而测不到电压');
    expect(zh).toContain('  - 无需惊动客户');
    expect(zh).toContain('当日数据不可信，请勿向客户引用');
  });

  it('and that lost its supply too is in trouble, with what to do for both', () => {
    const content = mail([fault, event('voltage_dip', 'interruption', 9)], 'en');
    expect(renderText(content)).toContain('== Customer c01 (trouble) ==');
    expect(renderText(content)).toContain('  - Call the customer at once: is anybody or any process in danger');
    expect(renderText(content)).toContain('  - No need to alarm the customer');
    expect(content.sections[0]).toMatchObject({ kind: 'heading', tone: 'critical' });
  });
});

it('advises by the kind of what lasts, each thing once', () => {
  const became = { ...event('voltage_dip', 'dip', 3), worst: evidenceOf('interruption') };
  const again = { ...event('voltage_dip', 'dip', 4), worst: evidenceOf('interruption') };
  const en = text([became, again], 'en');
  expect(en.match(/Call the customer at once: is anybody/g)).toHaveLength(1);
  expect(en).not.toContain('did anything stop');
});

describe.each(LOCALES)('in %s', (locale) => {
  it.each(TROUBLES)('$name is whole, clean and in one language', ({ name, rule }) => {
    for (const lasting of [undefined, 20 * MINUTE]) {
      const content = mail([event(rule, name, 5, lasting)], locale);
      const words = `${renderText(content)}${renderHtml(content)}${content.subject}`;
      expect(words).not.toMatch(/undefined|NaN|Infinity|\[object|null/);
      expect(renderText(content)).not.toMatch(/_|modbus|Asia\/Shanghai/);
      if (locale === 'en') expect(renderText(content)).not.toMatch(/\p{Script=Han}/u);
      expect(renderText(content)).not.toMatch(/\p{Script=Han} \p{Script=Han}/u);
    }
  });

  it('a calm day is one table and nothing to do', () => {
    const content = mail([], locale);
    expect(content.tone).toBe('good');
    expect(content.sections.map(({ kind }) => kind)).toEqual(['table']);
    expect(renderText(content)).toMatch(/Customer c01 \| −2\.1 … \+0\.4 % \| 77 %.*14:00.* \| 99 %/);
  });

  it('a customer called <b>&" is escaped', () => {
    const html = renderHtml(
      mail([event('voltage_dip', 'dip', 3, 8_000)], locale, [], [customer('c01', { name: '<b>&"' })]),
    );
    expect(html).toContain('&lt;b&gt;&amp;&quot;');
    expect(html).not.toContain('<b>');
  });
});
