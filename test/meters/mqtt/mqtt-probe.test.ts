import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { MqttProbe, Unheard } from '../../../src/meters/mqtt/mqtt-probe.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { freePort } from '../../servers/free-port.ts';
import { Mosquitto } from '../../servers/mosquitto.ts';
import { describeWith } from '../../servers/require-server.ts';
import { placeOf, recordingLog } from '../fixtures.ts';
import { brokerOf } from './connection-bench.ts';

const PARTS = payloadFile.parse({
  id: 'parts',
  name: 'One value for each message',
  source: 'test',
  transport: 'mqtt',
  format: 'json',
  topics: ['{meter}'],
  time: { path: 'time', format: 'auto' },
  gather: '2s',
  quantities: '{quantity}',
});

describeWith('mosquitto', 'a probe of one MQTT meter', (path) => {
  const broker = new Mosquitto(path);
  beforeAll(() => broker.start());
  afterAll(() => broker.remove());

  function probeAt(url: string): MqttProbe {
    const probe = new MqttProbe({
      place: placeOf({ id: 'm1', model: 'parts', connection: { kind: 'mqtt', broker: 'main', topic: 'site/m1' } }),
      model: PARTS,
      broker: brokerOf({ url, client_id: 'butler' }),
      timeZone: 'Asia/Shanghai',
      wait: 15_000,
      clock: systemClock,
      log: recordingLog(),
      stopping: new AbortController().signal,
    });
    onTestFinished(() => probe.close());
    return probe;
  }

  it('makes one reading of what it hears within the span, with the latest of each and the time of the last', async () => {
    const probe = probeAt(broker.url);
    const publisher = await connectAsync(broker.url);
    onTestFinished(() => publisher.endAsync());
    const time = Date.now() - 10_000;
    const say = (part: object) => publisher.publishAsync('site/m1', JSON.stringify(part), { qos: 1 });
    const reading = probe.read();
    await expect
      .poll(
        async () => {
          await say({ time: 1, frequency: 50, current_l1: 5 });
          return probe.messages.length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    await say({ time, frequency: 49, voltage_l1_n: 230 });
    await say({ time: time + 5, voltage_l2_n: 231 });
    expect((await reading).reading).toMatchObject({
      time: time + 5,
      timeSource: 'payload',
      values: { frequency: 49, current_l1: 5, voltage_l1_n: 230, voltage_l2_n: 231 },
    });
    expect((await reading).reading.timeFault).toBeUndefined();
  });

  it('says in words why a broker cannot be heard', async () => {
    const why = async (url: string) => {
      const error = await probeAt(url)
        .read()
        .catch((thrown: unknown) => thrown);
      if (!(error instanceof Unheard)) throw new Error('it was heard', { cause: error });
      return error.message;
    };
    const encrypted = broker.url.replace('mqtt:', 'mqtts:');
    expect(await why(encrypted)).toMatch(`broker main at ${encrypted}: `);
    expect(await why(encrypted)).toMatch(/does this port speak TLS\?$/);
    const nobody = `mqtt://127.0.0.1:${await freePort()}`;
    expect(await why(nobody)).toMatch(/^broker main at mqtt:\S+: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
  });
});
