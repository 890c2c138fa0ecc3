import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { Reading, Values } from '../../src/domain/reading.ts';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { measured, supply, type Terminals } from '../quality/phasors.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { customer, install, newFolder } from './installation.ts';

const START = Date.UTC(2026, 2, 1, 8, 0, 0);
const MINUTE = 60_000;
/** Milliseconds of the test's time between two readings. */
const STEP = 10_000;
/** Up to 08:02:20. */
const STEPS = 14;

const UNITS = { fine: 1, frozen: 2, absurd: 3, swapped: 4 } as const;
type Name = keyof typeof UNITS;
const NAMES: readonly Name[] = ['fine', 'frozen', 'absurd', 'swapped'];

/** SDM630 protocol document: input registers, float32. */
const REGISTERS: readonly (readonly [Quantity, number])[] = [
  ['voltage_l1_n', 0],
  ['voltage_l2_n', 2],
  ['voltage_l3_n', 4],
  ['current_l1', 6],
  ['current_l2', 8],
  ['current_l3', 10],
  ['active_power_l1', 12],
  ['active_power_l2', 14],
  ['active_power_l3', 16],
  ['apparent_power_l1', 18],
  ['apparent_power_l2', 20],
  ['apparent_power_l3', 22],
  ['reactive_power_l1', 24],
  ['reactive_power_l2', 26],
  ['reactive_power_l3', 28],
  ['active_power_total', 52],
  ['apparent_power_total', 56],
  ['reactive_power_total', 60],
  ['frequency', 70],
  ['voltage_l1_l2', 200],
  ['voltage_l2_l3', 202],
  ['voltage_l3_l1', 204],
];

/** Some 400 A, lagging by 20 degrees; no two steps alike. */
function terminals(step: number): Terminals {
  return supply(220.1 + 0.1 * (step % 5), 400.3 + 0.37 * step, 20 + 0.05 * step);
}

function valuesOf(name: Name, step: number): Values {
  const frequency = 50.01 + 0.01 * (step % 3);
  const { volts, amps } = terminals(step);
  const [l1, l2, l3] = amps;
  switch (name) {
    case 'fine':
      return { ...totalled(measured({ volts, amps })), frequency };
    case 'frozen':
      return { ...totalled(measured(terminals(0))), frequency: 50.01 };
    case 'absurd':
      return { ...totalled(measured({ volts, amps })), voltage_l1_l2: 1e9, frequency };
    case 'swapped':
      return { ...totalled(measured({ volts, amps: [l2, l1, l3] })), frequency };
  }
}

function totalled(values: Values): Values {
  const sum = (...quantities: readonly Quantity[]) =>
    quantities.reduce((total, quantity) => total + (values[quantity] ?? 0), 0);
  return {
    ...values,
    apparent_power_total: sum('apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3'),
    reactive_power_total: sum('reactive_power_l1', 'reactive_power_l2', 'reactive_power_l3'),
  };
}

function show(server: ModbusServer, step: number): void {
  for (const name of NAMES) {
    const values = valuesOf(name, step);
    for (const [quantity, address] of REGISTERS) server.putFloat(UNITS[name], 4, address, values[quantity] ?? 0);
  }
}

const report = z.object({
  meters: z.array(z.looseObject({ meter: z.string(), received: z.number() })),
});

/** The counts of the day by meter. */
async function countsAt(url: string) {
  const { meters } = report.parse(await (await fetch(`${url}/api/quality?day=2026-03-01`)).json());
  return new Map(meters.map((counts) => [counts.meter, counts]));
}

/** What the page says of a meter's latest reading and its wiring. */
function rowOf(page: string, name: Name): string {
  return page.split(`id="${name}-meter"`)[1]?.split('</tr>')[0] ?? '';
}

it('what a meter cannot have measured is kept apart, shown, and told to nobody as a fault of the grid', async () => {
  const server = new ModbusServer();
  await server.start();
  onTestFinished(() => server.stop());
  for (const unit of Object.values(UNITS)) {
    server.put(unit, 4, 0, new Array<number>(80).fill(0));
    server.put(unit, 4, 200, new Array<number>(52).fill(0));
  }
  show(server, 0);
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const customers = NAMES.map((name) =>
    customer(name, name, 'reed', 0.38, {
      model: 'sdm630',
      connection: `modbus-tcp://127.0.0.1:${server.port}/${UNITS[name]}`,
    }),
  );
  // Judged on single readings, a voltage that counts is told at once.
  const rules = { voltage_deviation: { judged_on: 'reading', open_after: '0s' } };
  const loaded = loadConfig(install(folder, 1, { rules, customers }), {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  let now = START;
  const log = keepingLog();
  const app = new App(config, { now: () => now }, log);
  await app.start();
  onTestFinished(() => app.stop());

  for (let step = 0; step < STEPS; step += 1) {
    show(server, step);
    now += STEP;
    await vi.waitFor(
      async () => {
        const counts = await countsAt(app.url());
        for (const name of NAMES) expect(counts.get(`${name}-meter`)?.received).toBe(step + 1);
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  const counts = await countsAt(app.url());
  const nothing = { frozen: 0, unreasonable: 0, inconsistent: 0, missing: 0 };
  expect(counts.get('fine-meter')).toMatchObject(nothing);
  expect(counts.get('swapped-meter')).toMatchObject(nothing);
  expect(counts.get('absurd-meter')).toMatchObject({ ...nothing, unreasonable: STEPS });
  // Ten readings alike and 75 s: the first nine are believed.
  expect(counts.get('frozen-meter')).toMatchObject({ ...nothing, frozen: STEPS - 9 });

  const page = await (await fetch(`${app.url()}/quality?lang=en`)).text();
  expect(rowOf(page, 'fine')).not.toMatch(/Suspect, |exchanged/);
  expect(rowOf(page, 'frozen')).toContain('Suspect, frozen');
  expect(rowOf(page, 'absurd')).toContain('Suspect, out of range');
  expect(rowOf(page, 'swapped')).toContain('CTs on L1 and L2 exchanged');
  await app.stop();

  const state = new SqliteStateStore({ file: join(config.dataDir, 'state.db') });
  state.start();
  onTestFinished(() => state.stop());
  // Nothing of it can be trusted, which is one finding; it is no fault of the grid.
  expect(state.recentAlerts(100)).toMatchObject([
    { rule: 'meter_silent', subject: 'frozen-meter', first: { kind: 'doubted' } },
  ]);
  const subjects = state.recentMessages(100).map(({ subject }) => subject);
  expect(subjects).toEqual(['[WARNING] Meter cannot be trusted: frozen / frozen-point']);

  const { keepReadingsMs, keepWindowsMs } = config.store;
  const store = new EmbeddedStore({ file: join(config.dataDir, 'readings.db'), keepReadingsMs, keepWindowsMs, log });
  await store.start();
  onTestFinished(() => store.stop());
  const readings = (name: Name) => store.readings(`${name}-meter`, START, now + 1);
  const doubts = async (name: Name) => (await readings(name)).map((reading) => reasonsOf(reading));
  expect(await doubts('fine')).toEqual(new Array(STEPS).fill([]));
  expect(await doubts('swapped')).toEqual(new Array(STEPS).fill([]));
  for (const { suspect, values } of await readings('absurd')) {
    expect(suspect).toEqual({ voltage_l1_l2: { value: 1e9, reason: 'out of range' } });
    expect(values).not.toHaveProperty('voltage_l1_l2');
    expect(values).toHaveProperty('voltage_l2_l3');
  }
  const frozen = await doubts('frozen');
  expect(frozen.slice(0, 9)).toEqual(new Array(9).fill([]));
  expect(frozen.slice(9)).toEqual(new Array(STEPS - 9).fill(['frozen']));
  expect((await readings('frozen')).at(-1)?.values).not.toHaveProperty('voltage_l1_n');

  // Readings from 08:00:10 on, every ten seconds: of the second minute the frozen meter has 08:01:00 to 08:01:30.
  const second = async (name: Name) => {
    const [window] = await store.windows(`${name}-meter`, '1m', START + MINUTE, START + 2 * MINUTE);
    return window?.aggregates;
  };
  expect((await second('fine'))?.voltage_l1_n?.count).toBe(6);
  expect((await second('frozen'))?.voltage_l1_n?.count).toBe(4);
  expect(await second('absurd')).not.toHaveProperty('voltage_l1_l2');
  expect((await second('absurd'))?.voltage_l2_l3?.count).toBe(6);
}, 60_000);

/** Each reason once. */
function reasonsOf({ suspect = {} }: Pick<Reading, 'suspect'>): readonly string[] {
  return [...new Set(Object.values(suspect).map(({ reason }) => reason))];
}
