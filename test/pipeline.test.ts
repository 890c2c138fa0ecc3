import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Values } from '../src/domain/reading.ts';
import { mergePack, ruleOverrides } from '../src/rules/pack.ts';
import { GroupCommit } from '../src/store/group-commit.ts';
import { type Bench, openBench, START } from './pipeline-bench.ts';
import { GB, phases, star } from './rules/points.ts';

const PHASE_10KV = 10_000 / Math.sqrt(3);
const HEALTHY = { lv: star(220, 220, 220), mv: star(PHASE_10KV, PHASE_10KV, PHASE_10KV) };

let benches: Bench[] = [];

async function bench(options?: Parameters<typeof openBench>[0]): Promise<Bench> {
  const opened = await openBench(options);
  benches.push(opened);
  return opened;
}

afterEach(async () => {
  for (const each of benches) await each.close();
  for (const folder of new Set(benches.map((each) => each.folder)))
    benches.find((each) => each.folder === folder)?.remove();
  benches = [];
});

/** Both meters once a second over [from, to), with a tick after each second; `values` may replace a meter's. */
async function run(
  each: Bench,
  from: number,
  to: number,
  values: Partial<Record<'lv' | 'mv', Values | null>> = {},
): Promise<void> {
  for (let second = from; second < to; second++) {
    for (const meter of ['lv', 'mv'] as const) {
      const said = values[meter] === undefined ? HEALTHY[meter] : values[meter];
      if (said) void each.read(meter, second, said);
    }
    await each.tick(second + 0.5);
  }
}

function changes(each: Bench): string[] {
  return each.state
    .recentAlerts(100)
    .map(({ rule, subject, state, since, resolvedAt, resolvedBecause }) => {
      const seconds = (time: number | undefined) => (time === undefined ? '' : String((time - START) / 1000));
      return [rule, subject, state, seconds(since), seconds(resolvedAt), resolvedBecause ?? ''].join(' ').trim();
    })
    .reverse();
}

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

  it('goes on after a restart in the middle of an alert: neither repeated nor forgotten', async () => {
    const before = await bench();
    await run(before, 0, 5);
    await run(before, 5, 10, { lv: phases(150, 220, 220) });
    await before.close();
    benches = [];
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
    benches = [];
    const after = await bench({ pack, folder: before.folder, start: START + 15_000 });
    await run(after, 15, 20, overload);
    expect(after.mails()).toEqual([]);
    await run(after, 20, 21, overload);
    expect(changes(after)).toEqual(['overload lv firing 0']);
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
    expect(each.logged('warn')).toContain('Readings miss their windows: the meter or its broker is behind');
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

  it('resolves accept only when the reading is in the store', async () => {
    const each = await bench();
    let isDurable = false;
    const accepted = each.read('lv', 1, HEALTHY.lv).then(() => {
      isDurable = true;
    });
    expect(isDurable).toBe(false);
    await each.tick(2);
    await accepted;
    expect(await each.store.readings('lv', START, START + 2_000)).toHaveLength(1);
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
    benches = [];
    const pack = mergePack(GB, ruleOverrides.parse({ voltage_dip: { enabled: false } }));
    const after = await bench({ pack, folder: before.folder, start: START + 10_000 });
    after.pipeline.dropUnwatched(START + 10_000);
    expect(changes(after)).toEqual(['voltage_dip lv resolved 0 10 no longer watched']);
    expect(after.mails()).toEqual(mails);
  });
});

describe('the pipeline on a disk that refuses', () => {
  it('holds alerts and their mails back until they are saved, and loses none', async () => {
    const each = await bench();
    let isRefusing = true;
    const state: Pick<Bench['state'], 'save'> = {
      save(change) {
        if (isRefusing) throw new Error('disk full');
        each.state.save(change);
      },
    };
    const faulty = await bench({ folder: each.folder, faults: { state } });
    await run(faulty, 0, 3, { lv: phases(150, 220, 220) });
    expect(each.mails()).toEqual([]);
    isRefusing = false;
    await run(faulty, 3, 4, { lv: phases(150, 220, 220) });
    expect(each.mails().filter((mail) => mail.startsWith('am:'))).toEqual(['am: [Urgent] Hill Hospital: Voltage dip']);
  });

  it('keeps readings that the store refused and writes them with the next commit', async () => {
    const each = await bench();
    let isRefusing = true;
    const store: Pick<Bench['store'], 'writeReadings'> = {
      async writeReadings(readings) {
        if (isRefusing) throw new Error('disk full');
        await each.store.writeReadings(readings);
      },
    };
    const faulty = await bench({
      folder: each.folder,
      faults: { commit: new GroupCommit(store, pino({ level: 'silent' })) },
    });
    const refused = faulty.read('lv', 1, HEALTHY.lv);
    await faulty.tick(2);
    await expect(refused).rejects.toThrow('disk full');
    isRefusing = false;
    await Promise.all([faulty.read('lv', 2, HEALTHY.lv), faulty.tick(3)]);
    expect(await each.store.readings('lv', START, START + 5_000)).toHaveLength(2);
  });
});
