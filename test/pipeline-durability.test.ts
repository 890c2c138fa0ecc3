import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PipelineParts } from '../src/pipeline.ts';
import { GroupCommit } from '../src/store/group-commit.ts';
import { type Bench, bench, HEALTHY, run, START } from './pipeline-bench.ts';
import { phases } from './rules/points.ts';

describe('the pipeline', () => {
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

  it.each([1, 20])(
    'keeps what it has of an instant when a part of it comes again, %i instants later',
    async (later) => {
      const each = await bench();
      const volts = { voltage_l1_n: 220 };
      void each.send('lv', 1, volts, 1);
      void each.send('lv', 1, { current_l1: 7 }, 1);
      for (let second = 2; second < 2 + later; second++) void each.send('lv', second, volts, second);
      const again = each.send('lv', 1, volts, 2 + later);
      await each.tick(30);
      await again;
      const [first] = await each.store.readings('lv', START, START + 2_000);
      expect(first?.values).toEqual({ ...volts, current_l1: 7 });
    },
  );
});

describe('the pipeline on a disk that refuses', () => {
  it('holds alerts and their mails back until they are saved, and loses none', async () => {
    const each = await bench();
    let isRefusing = true;
    const state: PipelineParts['state'] = {
      save(change) {
        if (isRefusing) throw new Error('disk full');
        each.state.save(change);
      },
      saveEvents: (events, cursor) => each.state.saveEvents(events, cursor),
      saveQuality: (days) => each.state.saveQuality(days),
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
