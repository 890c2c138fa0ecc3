import { expect, it } from 'vitest';
import type { PayloadModel } from '../../../src/meters/mqtt/mapping.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { type Bench, changes, bench as pipelineBench, START } from '../../pipeline-bench.ts';
import { describeWith } from '../../servers/require-server.ts';
import { shipped } from './dialects.ts';
import { PATIENT, useSubscribers } from './subscriber-bench.ts';

/** The bench's meter at 0.38 kV: healthy phase voltages are some 220 V, and a dip begins below 90 % of that. */
const METER = 'lv';
const HEALTHY = { voltage_l1_n: 220, voltage_l2_n: 221, voltage_l3_n: 219 };
/** More than the broker sends unacknowledged without being told how many it may. */
const OTHERS = ['current', 'active_power', 'reactive_power', 'power_factor']
  .flatMap((name) => [1, 2, 3].map((phase) => `${name}_l${phase}`))
  .map((name) => ({ [name]: 0.5 }));

/** One text for each value, as with Homie and others; parts are gathered until a quantity repeats. */
const PARTS = payloadFile.parse({
  id: 'held-parts',
  name: 'One value for each message, when it changes',
  source: 'test',
  transport: 'mqtt',
  format: 'text',
  topics: ['{meter}/{name}'],
  value_name: '{name}',
  gather: '5s',
  hold: '60s',
  quantities: '{quantity}',
});

describeWith('mosquitto', 'a dip that is said after a held value of its instant', (path) => {
  const bench = useSubscribers(path);

  async function listening(model: PayloadModel): Promise<Bench> {
    const room = await pipelineBench();
    const own = bench.started((reading) => room.pipeline.accept(reading), {
      topics: [METER],
      model,
      section: { protocol: '3.1.1' },
    });
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(true);
    return room;
  }

  async function say(values: Readonly<Record<string, number>>): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      await bench.publisher.publishAsync(`${METER}/${name}`, String(value), { qos: 1 });
    }
  }

  async function acknowledged(): Promise<void> {
    await expect.poll(() => bench.subscriber.status().inHand, PATIENT).toBe(0);
  }

  it('reaches the rules and the store when the parts were handed on before it, to get on', async () => {
    const room = await listening(PARTS);
    await bench.handsOn(() => say({ frequency: 50 }));
    await say(HEALTHY);
    // A quantity that repeats begins a reading; it is handed on when the broker waits for acknowledgements.
    await say({ frequency: 50.01 });
    await expect.poll(() => bench.handedOn.at(-1)?.values, PATIENT).toMatchObject(HEALTHY);
    const before = bench.handedOn.length;
    for (const other of OTHERS) await say(other);
    await expect.poll(() => bench.handedOn.length, PATIENT).toBe(before + 1);
    await acknowledged();
    const time = bench.handedOn.at(-1)?.time ?? Number.NaN;
    expect(bench.handedOn.at(-1)?.values).toMatchObject(HEALTHY);
    expect(changes(room)).toEqual([]);

    await say({ voltage_l2_n: 104 });
    await say({ frequency: 50.02 });
    await expect.poll(() => bench.handedOn.length, PATIENT).toBe(before + 2);
    expect(bench.handedOn.at(-1)).toMatchObject({ time, values: { voltage_l2_n: 104 } });
    await expect.poll(() => changes(room), PATIENT).toEqual([`voltage_dip lv firing ${(time - START) / 1_000}`]);
    await room.tick(0);
    const [stored] = await room.store.readings(METER, time, time + 1);
    expect(stored?.values).toMatchObject({ ...HEALTHY, voltage_l2_n: 104, frequency: 50.01, current_l3: 0.5 });

    await room.tick(70);
    const [minute] = await room.store.windows(METER, '1m', START, START + 60_000);
    const healthy = minute?.aggregates.voltage_l1_n;
    expect(healthy).toMatchObject({ min: 220, max: 220 });
    // One instant had the healthy voltage, when it was said, and one the dip.
    expect(minute?.aggregates.voltage_l2_n).toMatchObject({ count: healthy?.count, min: 104, max: 221 });
  });

  it('reaches the rules and the store when messages come one by one with the same time', async () => {
    const room = await listening(shipped('shelly-em-gen2'));
    const notify = (after: number, em: Readonly<Record<string, number>>) => {
      const message = { method: 'NotifyStatus', params: { ts: (START + after) / 1_000, 'em:0': em } };
      return bench.say(message, `${METER}/events/rpc`);
    };
    await bench.handsOn(() => notify(0, { a_voltage: 220, b_voltage: 221, c_voltage: 219 }));
    await notify(1_000, { a_current: 5 });
    await notify(1_000, { b_voltage: 104 });
    await notify(1_000, { c_current: 6 });
    await expect.poll(() => changes(room), PATIENT).toEqual(['voltage_dip lv firing 1']);
    await expect.poll(() => bench.handedOn.at(-1)?.values.current_l3, PATIENT).toBe(6);
    await acknowledged();
    const readings = await room.store.readings(METER, START, START + 60_000);
    expect(readings.map(({ time, values }) => ({ time, values }))).toEqual([
      { time: START, values: HEALTHY },
      { time: START + 1_000, values: { ...HEALTHY, voltage_l2_n: 104, current_l1: 5, current_l3: 6 } },
    ]);
    await room.tick(70);
    const [minute] = await room.store.windows(METER, '1m', START, START + 60_000);
    expect(minute?.aggregates.voltage_l2_n).toMatchObject({ count: 2, min: 104, max: 221 });
    expect(minute?.aggregates.voltage_l1_n).toMatchObject({ count: 2, min: 220, max: 220 });
  });
});
