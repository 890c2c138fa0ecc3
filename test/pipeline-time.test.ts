import { describe, expect, it } from 'vitest';
import { mergePack, ruleOverrides } from '../src/rules/pack.ts';
import { bench, changes, HEALTHY, run, START } from './pipeline-bench.ts';
import { GB, phases } from './rules/points.ts';

describe('the pipeline', () => {
  it('goes on after a restart in the middle of an alert: neither repeated nor forgotten', async () => {
    const before = await bench();
    await run(before, 0, 5);
    await run(before, 5, 10, { lv: phases(150, 220, 220) });
    await before.close();
    const after = await bench({ folder: before.folder, start: START + 20_000 });
    await run(after, 20, 25, { lv: phases(150, 220, 220) });
    expect(after.mails().filter((mail) => mail.startsWith('am:'))).toEqual(['am: [Urgent] Hill Hospital: Voltage dip']);
    await run(after, 25, 35);
    expect(changes(after)).toEqual(['voltage_dip lv resolved 5 25 good for the clearing time']);
    expect(after.mails().filter((mail) => mail.startsWith('am:'))).toHaveLength(2);
  });

  it('keeps a running hold time over a restart', async () => {
    const pack = mergePack(GB, ruleOverrides.parse({ overload: { judged_on: 'reading', open_after: '20s' } }));
    const overload = { lv: { ...HEALTHY.lv, apparent_power_total: 1_200_000 } };
    const before = await bench({ pack });
    await run(before, 0, 10, overload);
    await before.close();
    const after = await bench({ pack, folder: before.folder, start: START + 15_000 });
    await run(after, 15, 20, overload);
    expect(after.mails()).toEqual([]);
    await run(after, 20, 21, overload);
    expect(changes(after)).toEqual(['overload lv firing 0']);
  });

  it('finds a silent meter by the passing of time alone, and tells engineers only', async () => {
    const each = await bench();
    await run(each, 0, 10);
    await run(each, 10, 45, { mv: null });
    expect(changes(each)).toEqual(['meter_silent mv firing 9']);
    expect(each.mails()).toEqual(['duty: 【告警】表计失联：River Mill / mv feed']);
    await run(each, 45, 104);
    expect(changes(each)[0]).toContain('meter_silent mv firing');
    await run(each, 104, 110);
    expect(changes(each)[0]).toContain('meter_silent mv resolved');
  });

  it('fires on meters that are polled rarely: a hold time runs from one poll to the next', async () => {
    const pack = mergePack(GB, ruleOverrides.parse({ overload: { judged_on: 'reading' } }));
    const each = await bench({ pack, pollInterval: 300_000 });
    for (const second of [0, 300, 600])
      await Promise.all([
        each.read('lv', second, { ...HEALTHY.lv, apparent_power_total: 1_800_000 }),
        each.tick(second),
      ]);
    expect(changes(each)).toEqual(['overload lv firing 0']);
  });

  it('judges silence by when something arrived, not by what the clock of a meter says', async () => {
    const each = await bench();
    for (let second = 0; second < 90; second++) {
      void each.send('lv', second - 70, HEALTHY.lv, second);
      void each.read('mv', second, HEALTHY.mv);
      await each.tick(second + 0.5);
    }
    expect(changes(each)).toEqual([]);
    expect(each.logged('warn')).toContain(
      'Readings miss their windows: this meter and perhaps others, or their broker, are behind',
    );
  });

  it('joins two messages of one instant, and counts it once', async () => {
    const each = await bench();
    void each.send('lv', 1, { voltage_l1_n: 220 }, 1);
    void each.send('lv', 1, { active_power_total: 3_000, apparent_power_total: 4_000 }, 1.2);
    void each.send('lv', 1, { active_power_total: 3_000, apparent_power_total: 4_000 }, 1.4);
    await each.tick(70);
    expect(await each.store.readings('lv', START, START + 60_000)).toMatchObject([
      { values: { voltage_l1_n: 220, active_power_total: 3_000, power_factor_total: 0.75 } },
    ]);
    const [minute] = await each.store.windows('lv', '1m', START, START + 60_000);
    expect(minute).toMatchObject({
      count: 1,
      aggregates: { voltage_l1_n: { count: 1 }, active_power_total: { count: 1 } },
    });
  });

  it('judges and keeps samples that come in lists of their own for voltages and for currents', async () => {
    const each = await bench();
    const seconds = Array.from({ length: 50 }, (_, second) => second);
    for (const second of seconds) void each.send('lv', second, { current_l1: 100 + second }, 51);
    for (const second of seconds)
      void each.send('lv', second, phases(second > 20 && second < 30 ? 100 : 220, 221, 219), 51);
    await each.tick(52);
    const rows = await each.store.readings('lv', START, START + 60_000);
    expect(rows.map(({ values }) => values.current_l1)).toEqual(seconds.map((second) => 100 + second));
    expect(rows.filter(({ values }) => values.voltage_l1_n === 100)).toHaveLength(9);
    expect(changes(each).filter((change) => change.includes(' lv '))).toEqual([
      'voltage_dip lv resolved 21 30 good for the clearing time',
    ]);
  });

  it('tells of a gateway that goes on repeating one message', async () => {
    const each = await bench();
    for (let second = 0; second < 60; second++) {
      void each.send('lv', 1, HEALTHY.lv, second);
      void each.read('mv', second, { ...HEALTHY.mv, frequency: 50 + 0.01 * (second % 3) });
      await each.tick(second + 0.5);
    }
    expect(changes(each)).toEqual([expect.stringMatching(/^meter_silent lv firing/)]);
  });

  it('tells of a meter that could not be trusted when it falls silent', async () => {
    const each = await bench();
    await run(each, 0, 10);
    const doubtful = { missing: { voltage_l1_n: 'not available' } } as const;
    for (let second = 10; second < 200; second++) {
      if (second < 100) void each.read('mv', second, {}, doubtful);
      void each.read('lv', second, { ...HEALTHY.lv, frequency: 50 + 0.01 * (second % 3) });
      await each.tick(second + 0.5);
    }
    expect(each.mails().map((mail) => mail.split('：')[0])).toEqual([
      'duty: 【告警】表计数据不可信',
      expect.stringContaining('表计失联'),
    ]);
  });

  it('follows a clock that is set back, says so once, and goes on judging', async () => {
    const each = await bench();
    await run(each, 3_600, 3_605);
    await run(each, 10, 15);
    await run(each, 15, 20, { lv: phases(150, 220, 220), mv: null });
    expect(changes(each)).toEqual(['voltage_dip lv firing 15']);
    expect(each.logged('error')).toEqual([
      'The clock of this computer was set back: windows of that time stay incomplete',
    ]);
    await run(each, 20, 50, { mv: null });
    expect(changes(each)).toContain('meter_silent mv firing 14');
  });

  it('stores a reading that comes late, and does not judge it again', async () => {
    const each = await bench();
    await run(each, 0, 10);
    await Promise.all([each.read('lv', 4.5, phases(100, 220, 220)), each.tick(11)]);
    expect(each.book.open()).toEqual([]);
    const stored = await each.store.readings('lv', START + 4_400, START + 4_600);
    expect(stored.map(({ values }) => values.voltage_l1_n)).toEqual([100]);
  });
});
