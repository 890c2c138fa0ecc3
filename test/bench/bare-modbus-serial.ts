import { setTimeout as wait } from 'node:timers/promises';
import modbusSerial from 'modbus-serial';
import { Meterings } from './report.ts';
import { offsetOf } from './schedule.ts';

/**
 * The baseline, as a process of its own: `COUNT FIRST_PORT INTERVAL SECONDS`. The plainest loop that reads 60 registers of
 * each meter with modbus-serial and decodes them, on the schedule that the daemon has.
 */
const [count = 0, firstPort = 0, interval = 0, seconds = 0] = process.argv.slice(2).map(Number);

const TIMEOUT = 1_000;
const REGISTERS = 60;

const clients: InstanceType<typeof modbusSerial.default>[] = [];
for (let index = 0; index < count; index++) {
  const client = new modbusSerial.default();
  await client.connectTCP('127.0.0.1', { port: firstPort + index });
  client.setID(1);
  client.setTimeout(TIMEOUT);
  clients.push(client);
}

const groups = new Map<number, typeof clients>();
for (const [index, client] of clients.entries()) {
  const offset = offsetOf(index, count, interval);
  groups.set(offset, [...(groups.get(offset) ?? []), client]);
}

let polls = 0;
let failed = 0;
let sum = 0;

async function poll(client: (typeof clients)[number]): Promise<void> {
  try {
    const { buffer } = await client.readHoldingRegisters(0, REGISTERS);
    const values: number[] = [];
    for (let at = 0; at < buffer.length; at += 4) values.push(buffer.readFloatBE(at));
    sum += values[0] ?? 0;
    polls += 1;
  } catch {
    failed += 1;
  }
}

for (const [offset, group] of groups) {
  setTimeout(() => {
    setInterval(() => group.forEach((client) => void poll(client)), interval);
  }, offset);
}

await wait(2 * interval);
polls = 0;
const meterings = new Meterings();
await wait(seconds * 1_000);
process.send?.({ ...meterings.result(polls, failed), sum }, () => process.exit(0));
