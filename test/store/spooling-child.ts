import { writeSync } from 'node:fs';
import { InfluxStore } from '../../src/store/influx.ts';
import { SpooledStore } from '../../src/store/spool.ts';
import { reading, T0 } from '../contract/readings.ts';
import { keepingLog } from './keeping-log.ts';

/** Writes one reading after the other into a spool and prints the number of each that was acknowledged. */
const [file = '', url = '', first = '0'] = process.argv.slice(2);
const log = keepingLog();
const keepMs = 20 * 365 * 86_400_000;
const place = { customer: 'Customer 07', supplyPoint: 'c07-a' };
const options = { url, database: 'pq', keepReadingsMs: keepMs, keepWindowsMs: keepMs, placeOf: () => place, log };
const store = new SpooledStore({ file, database: new InfluxStore(options), log, firstRetryMs: 20, lastRetryMs: 50 });
await store.start();
for (let number = Number(first); ; number++) {
  await store.writeReadings([reading('m1', T0 + number * 1_000, { frequency: number / 3 })]);
  writeSync(1, `${number}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
