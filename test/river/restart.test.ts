import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { App } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Span } from '../../src/domain/window.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { openForReading } from '../../src/store/open-for-reading.ts';
import { phases } from '../rules/points.ts';
import { freePort } from '../servers/free-port.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { customer, install, newFolder } from './installation.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);
const END = START + 600_000;
const POLL = 10_000;

/** An installation whose daemon stored every reading of 08:00 to 08:10, and then was stopped before the windows closed. */
async function stoppedInTheMiddle(): Promise<Config> {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const meter = {
    model: 'pac4200',
    connection: `modbus-tcp://127.0.0.1:${await freePort()}/1`,
    poll_interval: '10s',
  };
  const customers = [customer('c1', 'Hill Hospital', 'reed', 0.38, meter)];
  const loaded = loadConfig(install(folder, 1, { web: { enabled: false }, customers }));
  if (!loaded.ok) throw new Error('the configuration is wrong');
  const { config } = loaded;

  mkdirSync(config.dataDir);
  const { keepReadingsMs, keepWindowsMs } = config.store;
  const file = join(config.dataDir, 'readings.db');
  const store = new EmbeddedStore({ file, keepReadingsMs, keepWindowsMs, log: keepingLog() });
  await store.start();
  const times = Array.from({ length: (END - START) / POLL }, (_, index) => START + index * POLL);
  await store.writeReadings(
    times.map((time, index) => ({
      meter: 'c1-meter',
      time,
      arrivedAt: time,
      timeSource: 'register',
      values: phases(index % 2 === 0 ? 210 : 230),
    })),
  );
  await store.stop();
  return config;
}

async function stored({ store, fleet, dataDir }: Config, span: Span, from: number, to: number) {
  const stores = await openForReading(store, fleet, dataDir, keepingLog());
  try {
    return await stores.store.windows('c1-meter', span, from, to);
  } finally {
    await stores.close();
  }
}

it('a restart within a window leaves it complete', async () => {
  const config = await stoppedInTheMiddle();
  let now = END - 500;
  const app = new App(config, { now: () => now }, keepingLog());
  await app.start();
  onTestFinished(() => app.stop());

  // The next tick comes when the windows are due; the meter does not answer any more.
  now = END + 6_000;

  const [tenMinutes, minute] = await vi.waitFor(
    async () => {
      const windows = [
        ...(await stored(config, '10m', START, END)),
        ...(await stored(config, '1m', END - 60_000, END)),
      ];
      if (windows.length < 2) throw new Error('the windows are not closed yet');
      return windows;
    },
    { timeout: 15_000, interval: 50 },
  );
  expect(tenMinutes).toMatchObject({ count: 60, expected: 60 });
  expect(minute).toMatchObject({ count: 6, expected: 6 });
  // Half of the readings at 210 V, half at 230 V.
  expect(tenMinutes?.aggregates.voltage_l1_n).toMatchObject({ min: 210, max: 230, count: 60 });
  expect(tenMinutes?.aggregates.voltage_l1_n?.value).toBeCloseTo(Math.sqrt((210 ** 2 + 230 ** 2) / 2), 9);
});
