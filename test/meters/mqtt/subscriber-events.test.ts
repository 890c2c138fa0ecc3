import { setImmediate } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import type { MeterEvent } from '../../../src/domain/meter-event.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { describeWith } from '../../servers/require-server.ts';
import { models, PATIENT, START, useSubscribers } from './subscriber-bench.ts';

const SPARKPLUG = payloadFile.parse({
  id: 'edge',
  name: 'Sparkplug B',
  source: 'test',
  transport: 'mqtt',
  format: 'sparkplug',
  values: { voltage_l1_n: 'U1' },
});

describeWith('mosquitto', 'a subscriber of meters that tell more than values', (path) => {
  const bench = useSubscribers(path);

  it('acknowledges a message when its reading and its events are durable, and not before', async () => {
    const events: MeterEvent[] = [];
    let isFull = true;
    const own = await bench.listening(bench.keep, {
      model: models.WITH_DIPS,
      onEvents: async (heard) => {
        if (isFull) throw new Error('disk full');
        events.push(...heard);
      },
    });
    const message = { time: START + 1, voltage_l1_n: 230, dips: [{ start: START - 5_000, ms: 120 }] };
    await bench.say(message);
    await bench.kept([1]);
    isFull = false;
    // The reading was stored; the whole message comes again for the sake of its event.
    await expect.poll(() => events, PATIENT).toMatchObject([{ kind: 'dip', start: START - 5_000, duration: 120 }]);
    expect(own.status().redelivered).toBeGreaterThan(0);
    expect(bench.handedOn.filter(({ time }) => time === START + 1)).toHaveLength(2);
  });

  it('knows an event without a time again when its message is sent again, and an equal one for another', async () => {
    const events: MeterEvent[] = [];
    let isFull = true;
    const own = await bench.listening(
      async (reading) => {
        if (isFull && reading.time > START) throw new Error('disk full');
      },
      { model: models.WITH_DIPS, onEvents: async (heard) => void events.push(...heard) },
    );
    const message = JSON.stringify({ time: START + 1, voltage_l1_n: 230, dips: [{ ms: 120 }] });
    await bench.publisher.publishAsync(bench.topic, message, { qos: 1 });
    await expect.poll(() => events.length, PATIENT).toBe(1);
    isFull = false;
    await expect.poll(() => events.length, PATIENT).toBe(2);
    expect(own.status().redelivered).toBeGreaterThan(0);
    expect(new Set(events.map(({ key }) => key)).size).toBe(1);
    await bench.publisher.publishAsync(bench.topic, message, { qos: 1 });
    await expect.poll(() => events.length, PATIENT).toBe(3);
    expect(events[2]?.key).not.toBe(events[0]?.key);
  });

  it('keeps a message until its reading is durable, when its event is already', async () => {
    let durable: () => void = () => undefined;
    const events: MeterEvent[] = [];
    const own = await bench.listening(
      (reading) => (reading.time > START ? new Promise<void>((resolve) => (durable = resolve)) : undefined),
      { model: models.WITH_DIPS, onEvents: async (heard) => void events.push(...heard) },
    );
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
    const message = { time: START + 1, voltage_l1_n: 230, dips: [{ start: START - 5_000, ms: 120 }] };
    await bench.say(message);
    await expect.poll(() => events.length, PATIENT).toBe(1);
    await setImmediate();
    expect(own.status().inHand).toBe(1);
    durable();
    await expect.poll(() => own.status().inHand, PATIENT).toBe(0);
  });

  it('asks an edge node for its birth on the same connection', async () => {
    const asked: string[] = [];
    const edge = await connectAsync(bench.broker.url);
    onTestFinished(() => edge.endAsync(true));
    edge.on('message', (to) => asked.push(to));
    await edge.subscribeAsync('spBv1.0/plant/NCMD/#');
    const own = bench.started(bench.keep, { topics: ['plant/edge1/meter1'], model: SPARKPLUG });
    await expect.poll(() => own.status().isConnected, PATIENT).toBe(true);
    // NDATA before any birth: a payload with nothing but its sequence number, field 3, varint 5.
    await expect
      .poll(async () => {
        await edge.publishAsync('spBv1.0/plant/NDATA/edge1', Buffer.from([0x18, 5]));
        return asked;
      }, PATIENT)
      .toContain('spBv1.0/plant/NCMD/edge1');
  });
});
