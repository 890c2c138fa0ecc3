import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import type { Customer } from '../../src/domain/customer.ts';
import type { Window } from '../../src/domain/window.ts';
import { type CustomerSummary, summarise } from '../../src/reports/summary.ts';
import { alert, customer, evidenceOf, GATEWAY, silence } from '../notify/fixtures.ts';
import { lines } from '../rules/points.ts';
import { dayOf, windowsOf } from './days.ts';

const DAY = dayOf('2026-03-01', 'Asia/Shanghai');
const HOUR = 3_600_000;
const calm = () => ({ ...lines(10_000), apparent_power_total: 4_000_000 });

function one(
  windows: readonly Window[],
  alerts: readonly Alert[] = [],
  of: Customer = customer('c01'),
): CustomerSummary {
  const [summary] = summarise([of], alerts, new Map([['c01-m', windows]]), DAY);
  if (!summary) throw new Error('no summary');
  return summary;
}

describe('the figures of a day', () => {
  it('are the lowest and highest line voltage against nominal, and the highest load against the smaller capacity', () => {
    const windows = windowsOf('c01-m', DAY, (start) => {
      if (start === DAY.from + 3 * HOUR) return { ...lines(9_790, 10_000, 10_000), apparent_power_total: 1_000_000 };
      if (start === DAY.from + 20 * HOUR) return { ...lines(10_000, 10_000, 10_130), apparent_power_total: 6_160_000 };
      return calm();
    });
    // 9790 V of 10 kV is -2.1 %, 10130 V is +1.3 %; 6160 kVA of 8000 kVA contract (not of 10000 kVA) is 77 %.
    const summary = one(windows);
    expect(summary.lowestDeviation).toBeCloseTo(-2.1, 9);
    expect(summary.highestDeviation).toBeCloseTo(1.3, 9);
    expect(summary.highestLoad?.percent).toBeCloseTo(77, 9);
    expect(summary.highestLoad?.at).toBe(DAY.from + 20 * HOUR);
    expect(summary).toMatchObject({ verdict: 'fine', completeness: 1, alerts: [] });
  });

  it.each([
    { kv: 0.38, volts: 215.6, percent: -2, why: 'low voltage: of 220 V' },
    { kv: 0.22, volts: 224.4, percent: 2, why: 'one phase: of 220 V' },
    { kv: 10, volts: 5_000, percent: undefined, why: 'an earth fault moves them: not taken' },
  ])('are of phase voltages where the meter has no others ($kv kV, $why)', ({ kv, volts, percent }) => {
    const [point] = customer('c01').supplyPoints;
    if (!point) throw new Error('no supply point');
    const of = { ...customer('c01'), supplyPoints: [{ ...point, nominalKv: kv }] };
    const { lowestDeviation } = one(
      windowsOf('c01-m', DAY, () => ({ voltage_l1_n: volts })),
      [],
      of,
    );
    if (percent === undefined) expect(lowestDeviation).toBeUndefined();
    else expect(lowestDeviation).toBeCloseTo(percent, 9);
  });

  it('are not there where nothing was measured: no 0, no NaN', () => {
    const summary = one(windowsOf('c01-m', DAY, () => ({ frequency: 50 })));
    expect(summary).toMatchObject({ lowestDeviation: undefined, highestDeviation: undefined, highestLoad: undefined });
    const [point] = customer('c01').supplyPoints;
    if (!point) throw new Error('no supply point');
    const { contractKva: _contract, transformerKva: _transformer, ...unrated } = point;
    const unknown = { ...customer('c01'), supplyPoints: [unrated] };
    expect(one(windowsOf('c01-m', DAY, calm), [], unknown).highestLoad).toBeUndefined();
  });
});

describe('the share of data', () => {
  it.each([
    { share: 0.9, verdict: 'fine' },
    { share: 0.89, verdict: 'cannot say' },
    { share: 0, verdict: 'cannot say' },
  ])('$share: $verdict', ({ share, verdict }) => {
    const summary = one(windowsOf('c01-m', DAY, calm, share));
    expect(summary.completeness).toBeCloseTo(share, 9);
    expect(summary.verdict).toBe(verdict);
  });

  it('counts windows that never came: 126 of 144 are 87.5 %', () => {
    const summary = one(windowsOf('c01-m', DAY, calm).slice(18));
    expect(summary.completeness).toBeCloseTo(0.875, 9);
    expect(summary.verdict).toBe('cannot say');
    expect(one([]).verdict).toBe('cannot say');
  });

  it.each([
    { date: '2026-03-29', hours: 23 },
    { date: '2026-10-25', hours: 25 },
  ])('of a day of $hours hours is measured by its own length', ({ date, hours }) => {
    const day = dayOf(date, 'Europe/Berlin');
    const share = (windows: readonly Window[]) =>
      summarise([customer('c01')], [], new Map([['c01-m', windows]]), day)[0]?.completeness;
    expect(windowsOf('c01-m', day, calm)).toHaveLength(6 * hours);
    expect(share(windowsOf('c01-m', day, calm))).toBe(1);
    expect(share(windowsOf('c01-m', day, calm).slice(6))).toBeCloseTo((hours - 1) / hours, 9);
  });

  it('is that of the worst meter, and none for a customer without a meter', () => {
    const base = customer('c01');
    const [point] = base.supplyPoints;
    const [meter] = point?.meters ?? [];
    if (!point || !meter) throw new Error('no meter');
    const two = { ...base, supplyPoints: [{ ...point, meters: [meter, { ...meter, id: 'c01-n' }] }] };
    const windows = new Map([
      ['c01-m', windowsOf('c01-m', DAY, calm)],
      ['c01-n', windowsOf('c01-n', DAY, calm, 0.25)],
    ]);
    expect(summarise([two], [], windows, DAY)[0]).toMatchObject({ completeness: 0.25, verdict: 'cannot say' });
    const none = { ...base, supplyPoints: [{ ...point, meters: [] }] };
    expect(summarise([none], [], windows, DAY)[0]).toMatchObject({ completeness: 0, verdict: 'cannot say' });
  });
});

describe('a silent meter', () => {
  const full = windowsOf('c01-m', DAY, calm);
  const silent = (change: Partial<Alert>) =>
    one(full, [alert('meter_silent', silence('meter'), { since: DAY.to - HOUR, ...change })]).verdict;

  it('is never fine, however much came before', () => {
    expect(silent({})).toBe('cannot say');
    expect(silent({ state: 'resolved', resolvedAt: DAY.to + HOUR })).toBe('cannot say');
    expect(silent({ subject: GATEWAY })).toBe('cannot say');
  });

  it('that came back and has nearly all its data is', () => {
    expect(silent({ state: 'resolved', resolvedAt: DAY.to - HOUR / 2 })).toBe('fine');
  });

  it('is no trouble of the customer', () => {
    expect(one([], [alert('meter_silent', silence('meter'))]).verdict).toBe('cannot say');
  });
});

describe('a suspected metering fault', () => {
  const fault = alert('phase_loss', evidenceOf('metering fault'), { subject: 'c02-m' });
  const order = (alerts: readonly Alert[]) => {
    const customers = ['c01', 'c02'].map((id) => customer(id));
    const windows = new Map(customers.map(({ id }) => [`${id}-m`, windowsOf(`${id}-m`, DAY, calm)] as const));
    return summarise(customers, alerts, windows, DAY).map(({ customer: { id }, verdict }) => [id, verdict]);
  };

  it('is no trouble of the customer, but what was measured is not to be trusted', () => {
    const own = { ...fault, subject: 'c01-m' };
    expect(one(windowsOf('c01-m', DAY, calm), [own])).toMatchObject({
      verdict: 'cannot say',
      isUntrusted: true,
      isBlind: false,
    });
    expect(one(windowsOf('c01-m', DAY, calm))).toMatchObject({ verdict: 'fine', isUntrusted: false });
  });

  it('comes after trouble, however critical the pack calls a lost phase', () => {
    const warning = alert('overload', evidenceOf('overload of the contract'));
    expect(order([fault])).toEqual([
      ['c02', 'cannot say'],
      ['c01', 'fine'],
    ]);
    expect(
      order([fault, warning, { ...warning, subject: 'c02-m' }, { ...warning, rule: 'voltage_deviation' }]),
    ).toEqual([
      ['c01', 'trouble'],
      ['c02', 'trouble'],
    ]);
    expect(
      one(
        [],
        [
          { ...fault, subject: 'c01-m', since: 1 },
          { ...warning, since: 2, severity: 'critical' },
        ],
      ).alerts,
    ).toMatchObject([{ rule: 'overload' }, { rule: 'phase_loss' }]);
  });
});

describe('the order', () => {
  it('is the worst first: critical alerts, warnings, too few data, fine', () => {
    const customers = ['c01', 'c02', 'c03', 'c04', 'c05'].map((id) => customer(id));
    const windows = new Map(
      customers.map(({ id }) => [`${id}-m`, windowsOf(`${id}-m`, DAY, calm, id === 'c02' ? 0.5 : 1)] as const),
    );
    const alerts = [
      alert('overload', evidenceOf('overload of the contract'), { subject: 'c03-m' }),
      alert('voltage_deviation', evidenceOf('voltage too high'), { subject: 'c03-m' }),
      alert('voltage_dip', evidenceOf('dip'), { subject: 'c05-m' }),
      alert('overload', evidenceOf('overload of the contract'), { subject: 'c04-m' }),
    ];
    const order = summarise(customers, alerts, windows, DAY);
    expect(order.map(({ customer: { id }, verdict }) => [id, verdict])).toEqual([
      ['c05', 'trouble'],
      ['c03', 'trouble'],
      ['c04', 'trouble'],
      ['c02', 'cannot say'],
      ['c01', 'fine'],
    ]);
  });

  it('within a customer is critical first, then by time; other customers stay out', () => {
    const alerts = [
      alert('overload', evidenceOf('overload of the contract'), { since: 1 }),
      alert('phase_loss', evidenceOf('one phase lost'), { since: 3 }),
      alert('voltage_dip', evidenceOf('dip'), { since: 2 }),
      alert('voltage_dip', evidenceOf('dip'), { since: 0, subject: 'c02-m' }),
    ];
    expect(one([], alerts).alerts.map(({ rule }) => rule)).toEqual(['voltage_dip', 'phase_loss', 'overload']);
  });
});
