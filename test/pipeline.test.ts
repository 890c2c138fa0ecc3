import { describe, expect, it } from 'vitest';
import { mergePack, ruleOverrides } from '../src/rules/pack.ts';
import { bench, changes, HEALTHY, PHASE_10KV, run, START } from './pipeline-bench.ts';
import { GB, phases, star } from './rules/points.ts';

describe('the pipeline', () => {
  it('makes of a dip of 8 s one alert and two mails to each person concerned, and to nobody else', async () => {
    const each = await bench();
    await run(each, 0, 10);
    await run(each, 10, 18, { lv: star(176, 220, 220) });
    await run(each, 18, 30);
    expect(changes(each)).toEqual(['voltage_dip lv resolved 10 18 good for the clearing time']);
    expect(each.mails().sort()).toEqual([
      'am: [Over] Hill Hospital: Voltage dip',
      'am: [Urgent] Hill Hospital: Voltage dip',
      'duty: 【已恢复】电压暂降：Hill Hospital / lv feed',
      'duty: 【紧急】电压暂降：Hill Hospital / lv feed',
    ]);
  });

  it('says nothing while all is well', async () => {
    const each = await bench();
    await run(each, 0, 700);
    expect(each.mails()).toEqual([]);
    expect(each.book.open()).toEqual([]);
    const windows = await each.store.windows('lv', '10m', START, START + 600_000);
    expect(windows).toMatchObject([{ count: 600, expected: 600 }]);
    expect(windows[0]?.aggregates.voltage_l1_l2?.value).toBeCloseTo(Math.sqrt(3) * 220, 9);
    expect(windows[0]?.aggregates.voltage_unbalance?.value).toBeCloseTo(0, 3);
  });

  it('turns a dip that stays into a phase loss, and tells it once', async () => {
    const each = await bench();
    await run(each, 0, 5);
    await run(each, 5, 30, { mv: star(0, PHASE_10KV, PHASE_10KV) });
    await run(each, 30, 45);
    expect(changes(each).sort()).toEqual([
      'phase_loss mv resolved 5 30 good for the clearing time',
      'voltage_dip mv resolved 5 15 taken over by a graver alert',
    ]);
    expect(each.mails().filter((mail) => mail.startsWith('am2:'))).toEqual([
      'am2: 【紧急】River Mill：电压暂降',
      'am2: 【紧急】River Mill：供电缺相',
      'am2: 【已恢复】River Mill：供电缺相',
    ]);
  });

  it('tells an interruption also when a phase was lost before it, and a dip that becomes one', async () => {
    const each = await bench();
    await run(each, 0, 5);
    await run(each, 5, 25, { mv: star(0, PHASE_10KV, PHASE_10KV), lv: star(180, 220, 220) });
    await run(each, 25, 40, { mv: star(0, 0, 0), lv: star(0, 0, 0) });
    await run(each, 40, 60);
    const told = (kind: string) => each.state.recentMessages(100).filter(({ id }) => id.includes(`.${kind}.`));
    expect(changes(each).sort()).toEqual([
      'phase_loss mv resolved 5 40 good for the clearing time',
      'voltage_dip lv resolved 5 40 good for the clearing time',
      'voltage_dip mv resolved 25 40 good for the clearing time',
      'voltage_dip mv resolved 5 15 taken over by a graver alert',
    ]);
    const worsened = told('worsened');
    expect(worsened.map(({ recipient }) => recipient).sort()).toEqual(['am', 'duty']);
    expect(worsened.find(({ recipient }) => recipient === 'am')?.subject).toContain('Supply interruption');
    expect(each.mails()).toContain('am2: 【紧急】River Mill：供电中断');
  });

  it('calls it a deviation when a dip does not end: a dip lasts a minute at most', async () => {
    const each = await bench();
    await run(each, 0, 20);
    await run(each, 20, 320, { lv: star(190, 190, 190) });
    expect(changes(each)).toEqual(['voltage_dip lv firing 20', 'voltage_deviation lv firing 120']);
  });

  it('leaves windows that a dip cut through out of the steady-state verdicts', async () => {
    const pack = mergePack(GB, ruleOverrides.parse({ voltage_deviation: { open_after: '0s' } }));
    const each = await bench({ pack });
    await run(each, 0, 20);
    await run(each, 20, 50, { lv: phases(40, 40, 40) });
    await run(each, 50, 200);
    expect(changes(each)).toEqual(['voltage_dip lv resolved 20 50 good for the clearing time']);
    const [minute] = await each.store.windows('lv', '1m', START, START + 60_000);
    expect(minute?.aggregates.voltage_l1_n?.value).toBeCloseTo(Math.sqrt((30 * 220 ** 2 + 30 * 40 ** 2) / 60), 6);
  });

  it('judges sustained high voltage by minutes and only complete ones', async () => {
    const each = await bench();
    const high = { mv: star(PHASE_10KV * 1.08, PHASE_10KV * 1.08, PHASE_10KV * 1.08) };
    await run(each, 0, 179, high);
    await run(each, 179, 184, high);
    expect(changes(each)).toEqual([]);
    await run(each, 184, 190, high);
    expect(changes(each)).toEqual(['voltage_deviation mv firing 0']);
    expect(each.mails()).toContain('am2: 【提醒】River Mill：供电电压偏高');
  });

  it('tells of a meter that answers with nothing to be trusted, once, and when it is over', async () => {
    const all = await bench();
    await run(all, 0, 60);
    const value = HEALTHY.mv.voltage_l1_n ?? 0;
    const doubtful = { suspect: { voltage_l1_n: { value, reason: 'marked by the meter' } } } as const;
    for (let second = 60; second < 180; second++) {
      void all.read('mv', second, { frequency: 50 }, doubtful);
      void all.read('lv', second, { ...HEALTHY.lv, frequency: 50 + 0.01 * (second % 3) });
      await all.tick(second + 0.5);
    }
    const told = all.mails();
    expect(told.filter((mail) => mail.includes('River Mill'))).toEqual(told);
    expect(told).toContainEqual(expect.stringMatching(/^duty: .*表计数据不可信/));
    const alerts = all.state.recentAlerts(100);
    expect(alerts).toMatchObject([
      { rule: 'meter_silent', subject: 'mv', state: 'firing', first: { kind: 'doubted' } },
    ]);
    await run(all, 180, 300);
    expect(all.state.recentAlerts(100)).toMatchObject([{ state: 'resolved' }]);
  });

  it('gives the same alerts for the same readings, to the id', async () => {
    const stories = [await bench(), await bench()];
    for (const each of stories) {
      await run(each, 0, 5);
      await run(each, 5, 12, { lv: phases(150, 220, 220), mv: null });
      await run(each, 12, 30);
    }
    const [first, second] = stories.map((each) => each.state.recentAlerts(10));
    expect(first?.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });

  it('ends alerts of rules that are switched off, without a mail', async () => {
    const before = await bench();
    await run(before, 0, 5, { lv: phases(150, 220, 220) });
    const mails = before.mails();
    await before.close();
    const pack = mergePack(GB, ruleOverrides.parse({ voltage_dip: { enabled: false } }));
    const after = await bench({ pack, folder: before.folder, start: START + 10_000 });
    after.pipeline.dropUnwatched(START + 10_000);
    expect(changes(after)).toEqual(['voltage_dip lv resolved 0 10 no longer watched']);
    expect(after.mails()).toEqual(mails);
  });
});
