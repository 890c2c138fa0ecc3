import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { demoScenario } from '../../simulators/demo/demo-scenario.ts';
import { startDemo } from '../../simulators/demo/start-demo.ts';
import { modbusClient } from './modbus-client.ts';

const STUB = fileURLToPath(new URL('stub-daemon.mjs', import.meta.url));
const QUITTING_STUB = fileURLToPath(new URL('stub-daemon-that-quits.mjs', import.meta.url));
const COLUMNS =
  'customer,name,class,industry,account_manager,supply_point,supply_point_name,nominal_kv,feeder,substation,' +
  'contract_kva,transformer_kva,meter,model,connection,poll_interval,ct_ratio,pt_ratio';
const FULL_SPEED = 200;

test('the whole demo: configuration, meters, daemon, scenario, mails, and an end in order', async () => {
  const { options, folder, lines, end } = await prepared(STUB);
  await mkdir(folder);
  await writeFile(join(folder, 'left-over'), '');
  const demo = startDemo(options);
  await vi.waitFor(() => expect(lines.at(-1)).toBe('End with Ctrl-C.'), { timeout: 15_000 });

  expect((await readdir(folder)).sort()).toEqual(['customers.csv', 'mails', 'pq-butler.yaml']);
  const config = parse(await readFile(join(folder, 'pq-butler.yaml'), 'utf8'));
  expect(config).toMatchObject({
    web: { port: options.webPort },
    poll_interval: '1s',
    customers_file: 'customers.csv',
  });
  expect(config.people).toHaveLength(8);
  const [header, ...rows] = (await readFile(join(folder, 'customers.csv'), 'utf8')).trimEnd().split('\n');
  expect(header).toBe(COLUMNS);
  expect(rows).toHaveLength(70);
  const managers = rows.map((row) => row.split(',')[4]);
  for (const manager of new Set(managers)) {
    expect([11, 12]).toContain(managers.filter((other) => other === manager).length);
  }
  expect(new Set(managers).size).toBe(6);
  expect(await lineVoltageOfFirst(rows[0] ?? '')).toBeCloseTo(110_000, -4);

  expect(lines.filter((line) => line.startsWith('t+'))).toHaveLength(8);
  expect(lines.find((line) => line.startsWith('Caught for duty@grid.example: '))).toMatch(/0001-duty-电压暂降\.eml$/);
  expect(lines).toContain('1 mails so far:');

  end.abort();
  expect(await demo).toBe(0);
  expect(lines.at(-1)).toBe('The demo has ended');
  const client = modbusClient(portOf(rows[0] ?? ''));
  await expect(client).rejects.toThrow(/ECONNREFUSED/);
});

test('a taken port means another demo: says so, ends with 1, touches nothing', async () => {
  const { options, folder, lines } = await prepared(STUB);
  await mkdir(folder);
  await writeFile(join(folder, 'of-the-other'), '');
  const other = await listening(options.webPort);
  onTestFinished(() => void other.close());
  expect(await startDemo(options)).toBe(1);
  expect(lines).toEqual([`Port ${options.webPort} is in use: end what listens there (another demo?) and start again.`]);
  expect(await readdir(folder)).toEqual(['of-the-other']);
});

test('a daemon that dies by itself is reported and gives its exit code', async () => {
  const { options, lines } = await prepared(QUITTING_STUB);
  expect(await startDemo(options)).toBe(7);
  expect(lines).toContain('The daemon has ended by itself');
});

async function prepared(daemonEntry: string) {
  const parent = await mkdtemp(join(tmpdir(), 'demo-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const probe = await listening(0);
  const webPort = portOfServer(probe);
  await new Promise((resolve) => probe.close(resolve));
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const [started, zero] = [Date.now(), performance.now()];
  const clock = { now: () => started + (performance.now() - zero) * FULL_SPEED };
  const end = new AbortController();
  const folder = join(parent, 'demo-data');
  const { signal } = end;
  const options = { daemonEntry, folder, webPort, clock, log, scenario: demoScenario, settleMs: 5_000, signal };
  return { options, folder, lines, end };
}

/** c01 has a PM5000: the line voltage stands at 3019. */
async function lineVoltageOfFirst(row: string): Promise<number> {
  const client = await modbusClient(portOf(row));
  const { buffer } = await client.readHoldingRegisters(3019, 2);
  await new Promise<void>((resolve) => client.close(() => resolve()));
  return buffer.readFloatBE();
}

function portOf(row: string): number {
  return Number(/modbus-tcp:\/\/127\.0\.0\.1:(\d+)\/1/.exec(row)?.[1]);
}

function portOfServer(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server does not listen');
  return address.port;
}

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
