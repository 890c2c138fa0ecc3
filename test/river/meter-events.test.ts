import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { Daemon, metersHeard } from './daemon.ts';
import { customer, install, newFolder, type Sections } from './installation.ts';

const LONG = { timeout: 15_000, interval: 50 };
const YEAR_2000 = Date.UTC(2000, 0, 1);

/** PQ Plus protocol: the registers of the last event begin here. */
const LAST_EVENT = 21_760;
const DIP = 2;

/** An event as a meter of KMB writes it: all registers at once, of L2 by its number. */
function putEvent(meter: ModbusServer, start: number, durationMs: number, volts: number): void {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(1, 0);
  bytes.writeUInt16BE(DIP, 2);
  bytes.writeBigInt64BE(BigInt(start - YEAR_2000), 4);
  bytes.writeInt32BE(durationMs, 12);
  bytes.writeFloatBE(volts, 16);
  meter.put(
    1,
    4,
    LAST_EVENT,
    [...new Uint16Array(bytes.length / 2)].map((_, index) => bytes.readUInt16BE(2 * index)),
  );
}

function putMeter(meter: ModbusServer): void {
  for (const [first, count] of [
    [4_100, 2],
    [4_352, 24],
    [4_608, 24],
    [4_884, 40],
    [8_192, 16],
    [20_736, 16],
    [LAST_EVENT, 10],
  ] as const) {
    meter.put(1, 4, first, new Array<number>(count).fill(0));
  }
  meter.putFloat(1, 4, 4_100, 50);
  for (const [index, volts] of [220, 221, 219].entries()) meter.putFloat(1, 4, 4_352 + 2 * index, volts);
  for (const [index, volts] of [381.9, 381.1, 380.2].entries()) meter.putFloat(1, 4, 4_360 + 2 * index, volts);
}

/** The shipped model, whose log is looked at more often. */
const HASTY_MODEL = readFileSync(new URL('../../config/models/kmb-umd.yaml', import.meta.url), 'utf8')
  .replace('id: kmb-umd', 'id: hasty-umd')
  .replace('interval: 1s', 'interval: 200ms');

function installed(sections: Sections) {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'models'));
  writeFileSync(join(folder, 'models', 'hasty.yaml'), HASTY_MODEL);
  const configFile = install(folder, 1, { models_dir: './models', ...sections });
  const file = (name: string) => join(folder, 'data', name);
  return {
    start(): Daemon {
      const daemon = new Daemon(['run', '--config', configFile]);
      onTestFinished(() => daemon.kill());
      return daemon;
    },
    /** What the state knows, once no daemon has it. */
    events(): readonly MeterEvent[] {
      const state = new SqliteStateStore({ file: file('state.db') });
      state.start();
      try {
        return state.eventsBetween(0, Date.now() + 60_000);
      } finally {
        state.stop();
      }
    },
    async readings(meter: string) {
      const log = pino({ level: 'silent' });
      const store = new EmbeddedStore({ file: file('readings.db'), keepReadingsMs: 1e12, keepWindowsMs: 1e12, log });
      await store.start();
      const readings = await store.readings(meter, 0, Date.now() + 60_000);
      await store.stop();
      return readings;
    },
  };
}

/** How often the page shows it. */
async function shown(url: string, text: string): Promise<number> {
  const page = await (await fetch(`${url}/?lang=en`)).text();
  return page.split(text).length - 1;
}

describe('what a meter noticed on its own', () => {
  it('is an event once, whatever becomes of the daemon between two looks', async () => {
    const meter = new ModbusServer();
    await meter.start();
    onTestFinished(() => meter.stop());
    putMeter(meter);
    const connection = `modbus-tcp://127.0.0.1:${meter.port}/1`;
    const place = installed({
      customers: [customer('c1', 'Hill Hospital', 'reed', 0.38, { model: 'hasty-umd', connection })],
    });
    const looks = () => meter.requests.filter(({ start }) => start === LAST_EVENT).length;
    /** The daemon has looked at the registers, and is through with what it saw. */
    const looked = async () => {
      const before = looks();
      await vi.waitFor(() => expect(looks()).toBeGreaterThan(before + 1), LONG);
    };

    const first = place.start();
    const firstUrl = await first.url();
    await vi.waitFor(async () => expect(await metersHeard(firstUrl)).toBe(1), LONG);
    await looked();
    expect(await shown(firstUrl, '96.25 V')).toBe(0);

    const seen = Date.now() - 1_000;
    putEvent(meter, seen, 180, 96.25);
    await vi.waitFor(async () => expect(await shown(firstUrl, '96.25 V')).toBe(1), LONG);
    expect(await shown(firstUrl, '180 ms')).toBe(1);
    first.signal('SIGKILL');
    await first.ended();

    // The same event stands there when the daemon comes back.
    const second = place.start();
    const secondUrl = await second.url();
    await looked();
    expect(await shown(secondUrl, '96.25 V')).toBe(1);
    second.signal('SIGKILL');
    await second.ended();

    // And now another, while nobody looks.
    const missed = Date.now() - 500;
    putEvent(meter, missed, 60, 150.25);
    const third = place.start();
    const thirdUrl = await third.url();
    await vi.waitFor(async () => expect(await shown(thirdUrl, '150.3 V')).toBe(1), LONG);
    await looked();
    third.signal('SIGTERM');
    expect(await third.ended()).toBe(0);

    const dip = { meter: 'c1-meter', kind: 'dip', phases: ['L2'] };
    expect(place.events()).toMatchObject([
      { ...dip, start: seen, duration: 180, extreme: 96.25, isLate: false },
      { ...dip, start: missed, duration: 60, extreme: 150.25 },
    ]);
  }, 60_000);
});

describeWith('mosquitto', 'an event message', (mosquittoPath) => {
  it('is an event once however often it comes, and no reading', async () => {
    const broker = new Mosquitto(mosquittoPath);
    await broker.start();
    onTestFinished(() => broker.remove());
    const place = installed({
      mqtt: { brokers: [{ id: 'main', url: broker.url, client_id: 'river' }] },
      customers: [
        customer('c1', 'Hill Hospital', 'reed', 10, {
          model: 'plain-json',
          connection: 'mqtt://main/site/c1',
          pt_ratio: 100,
        }),
      ],
    });
    const daemon = place.start();
    const url = await daemon.url();
    const publisher = await connectAsync(broker.url);
    onTestFinished(() => publisher.endAsync());
    const publish = (message: unknown) => publisher.publishAsync('site/c1', JSON.stringify(message), { qos: 1 });

    const time = Date.now() - 2_000;
    // Secondary volts of a 10 kV / 100 V transformer: 62 of 100 V are 6.2 kV.
    // What it says of the voltage is part of the event.
    const event = { event: 'dip', time, duration_ms: 120, residual_v: 62, phases: ['L1', 'L2'], voltage_l1_l2: 62 };
    // Before the daemon has subscribed nobody keeps a message: it comes until it is there, and again after that.
    await vi.waitFor(async () => {
      await publish(event);
      expect(await shown(url, '120 ms')).toBe(1);
    }, LONG);
    await publish(event);
    expect(await metersHeard(url)).toBe(0);

    const readAt = Date.now();
    await publish({ time: readAt, voltage_l1_l2: 100.5 });
    await vi.waitFor(async () => expect(await metersHeard(url)).toBe(1), LONG);
    daemon.signal('SIGTERM');
    expect(await daemon.ended()).toBe(0);

    expect(place.events()).toMatchObject([
      {
        meter: 'c1-meter',
        kind: 'dip',
        start: time,
        duration: 120,
        extreme: 6_200,
        phases: ['L1', 'L2'],
        isLate: false,
      },
    ]);
    expect(await place.readings('c1-meter')).toMatchObject([{ time: readAt, values: { voltage_l1_l2: 10_050 } }]);
  });
});
