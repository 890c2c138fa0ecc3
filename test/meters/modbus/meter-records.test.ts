import { describe, expect, it } from 'vitest';
import type { ModbusModel } from '../../../src/meters/model.ts';
import {
  cursors,
  line,
  lineWith,
  look,
  MODEL,
  now,
  pass,
  putMeter,
  readings,
  register,
  round,
  server,
} from './line-bench.ts';

const MINUTE = 60_000;
const LENGTH = 4;
const FILE = 3;
const at = (address: number) => ({ functionCode: 4, address, type: 'uint16', order: 'ABCD' }) as const;

const model: ModbusModel = {
  ...MODEL,
  records: {
    interval: 15 * MINUTE,
    newest: { ...at(100), scale: 1 },
    file: FILE,
    capacity: 10,
    recordLength: LENGTH,
    time: { ...at(0), type: 'uint32', format: 'unix_s', utcOffset: 0 },
    values: [register('active_power_total', 2, { type: 'int32', scale: 10 })],
  },
};

/** Record n holds n × 1 kW. */
function write(number: number, time: number): void {
  const seconds = time / 1_000;
  const offset = ((number - 1) % 10) * LENGTH;
  server.putRecords(1, FILE, offset, [Math.floor(seconds / 65_536), seconds % 65_536, 0, number * 100]);
  server.put(1, 4, 100, [number]);
}
const filled = () => readings.filter(({ timeSource }) => timeSource === 'payload');
const polled = () => server.requests.filter(({ functionCode }) => functionCode === 20).length;

describe('the load records of a meter', () => {
  it('fill the time in which nothing was read, and nothing else', async () => {
    putMeter(1);
    const eight = now;
    for (const number of [1, 2]) write(number, eight - number * MINUTE);
    lineWith([1], { model, rating: { ctRatio: 2, ptRatio: 3 } });
    for (let tick = 0; tick < 3; tick += 1) await round(['m1']);
    await look('m1', 'records');
    expect(polled()).toBe(0);

    pass(30 * MINUTE);
    write(3, eight);
    write(4, eight + 15 * MINUTE);
    write(5, eight + 30 * MINUTE);
    await round(['m1']);
    write(6, now + MINUTE);
    await look('m1', 'records');
    // The last reading before was at 08:00:02, the first after it at 08:30:03.
    expect(filled()).toEqual(
      [4, 5].map((number) => ({
        meter: 'm1',
        time: eight + (number - 3) * 15 * MINUTE,
        timeSource: 'payload',
        arrivedAt: now,
        values: { active_power_total: number * 1_000 * 6 },
      })),
    );
    await look('m1', 'records');
    expect(filled()).toHaveLength(2);
  });

  it('fill the time in which the daemon was down, and across another restart not again', async () => {
    putMeter(1);
    write(1, now);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1', 'records');
    await line?.stop();
    pass(20 * MINUTE);
    write(2, now - 10 * MINUTE);
    for (let life = 0; life < 2; life += 1) {
      lineWith([1], { model });
      await round(['m1']);
      await look('m1', 'records');
      await line?.stop();
    }
    expect(filled()).toMatchObject([{ time: expect.any(Number), values: { active_power_total: 2_000 } }]);
    // A later record of a time in which the daemon was there is none of its own.
    write(3, now - 500);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1', 'records');
    expect(filled()).toHaveLength(1);
  });

  it('fill a gap that the meter writes about only many looks later, also across a restart, and only once', async () => {
    putMeter(1);
    write(1, now);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1', 'records');
    pass(20 * MINUTE);
    const middle = now - 10 * MINUTE;
    let polledAt = 0;
    for (let check = 0; check < 4; check += 1) {
      if (check === 2) {
        await line?.stop();
        lineWith([1], { model });
      }
      // Polled as always, so that there is no other gap.
      for (let poll = 0; poll < 100; poll += 1) {
        await round(['m1']);
        pass(9_000);
      }
      if (check === 1) polledAt = now - 5 * MINUTE;
      await look('m1', 'records');
    }
    expect(filled()).toEqual([]);
    write(2, middle);
    await look('m1', 'records');
    await look('m1', 'records');
    expect(filled()).toMatchObject([{ time: middle, values: { active_power_total: 2_000 } }]);
    // Of a time in which it was polled before the restart.
    write(3, polledAt);
    await look('m1', 'records');
    expect(filled()).toHaveLength(1);
  });

  it('of a meter that wrote on behind a gap say nothing of that gap any more', async () => {
    putMeter(1);
    write(1, now);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1', 'records');
    pass(20 * MINUTE);
    const middle = now - 10 * MINUTE;
    await round(['m1']);
    write(2, now);
    await look('m1', 'records');
    write(3, middle);
    await look('m1', 'records');
    expect(filled()).toEqual([]);
  });

  it('are not waited for any longer than a reading counts', async () => {
    putMeter(1);
    write(1, now);
    lineWith([1], { model });
    await round(['m1']);
    await look('m1', 'records');
    pass(20 * MINUTE);
    const middle = now - 10 * MINUTE;
    await round(['m1']);
    await look('m1', 'records');
    // Readings count for a week.
    pass(7 * 24 * 60 * MINUTE);
    write(2, middle);
    await look('m1', 'records');
    expect(filled()).toEqual([]);
  });

  it.each([
    ['an hour ahead', 60 * MINUTE, 60 * MINUTE],
    ['an hour behind', -60 * MINUTE, -60 * MINUTE],
    ['as right as whole seconds can say', 1_000, 0],
  ])('have their time by our clock, where that of the meter is %s', async (_, ahead, corrected) => {
    const clock = { ...at(200), type: 'uint32', format: 'unix_s', utcOffset: 0 } as const;
    const seconds = () => (now + ahead) / 1_000;
    const tell = () => server.put(1, 4, 200, [Math.floor(seconds() / 65_536), seconds() % 65_536]);
    putMeter(1);
    tell();
    write(1, now + ahead);
    lineWith([1], { model: { ...model, clock } });
    await round(['m1']);
    await look('m1', 'records');
    pass(20 * MINUTE);
    const middle = now - 10 * MINUTE;
    write(2, middle + ahead);
    tell();
    await round(['m1']);
    await look('m1', 'records');
    expect(filled()).toMatchObject([{ time: middle + ahead - corrected, values: { active_power_total: 2_000 } }]);
  });

  it('come again when they could not be kept', async () => {
    putMeter(1);
    write(1, now);
    let isDiskFull = false;
    lineWith([1], {
      model,
      onReading: (reading) => {
        if (isDiskFull) return Promise.reject(new Error('disk full'));
        readings.push(reading);
        return undefined;
      },
    });
    await round(['m1']);
    await look('m1', 'records');
    const before = cursors.get('records');
    pass(20 * MINUTE);
    write(2, now - 10 * MINUTE);
    await round(['m1']);
    isDiskFull = true;
    await look('m1', 'records');
    expect(filled()).toEqual([]);
    expect(cursors.get('records')).toEqual(before);
    isDiskFull = false;
    await look('m1', 'records');
    expect(filled()).toHaveLength(1);
  });
});
