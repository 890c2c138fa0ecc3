import { writeSync } from 'node:fs';
import { EmbeddedStore } from '../../src/store/embedded.ts';
import { reading, T0 } from '../contract/readings.ts';
import { keepingLog } from './keeping-log.ts';

/** Writes one batch of readings after the other, from a number on, and prints the number of each that was acknowledged. */
const [file = '', first = '0'] = process.argv.slice(2);
const FOR_EVER = 1e13;
const store = new EmbeddedStore({ file, keepReadingsMs: FOR_EVER, keepWindowsMs: FOR_EVER, log: keepingLog() });
await store.start();
for (let batch = Number(first); ; batch++) {
  const time = T0 + batch * 10_000;
  const suspect = { current_l1: { value: -batch, reason: 'out of range' } } as const;
  await store.writeReadings(['m1', 'm2', 'm3'].map((meter) => reading(meter, time, { frequency: batch / 3 }, suspect)));
  writeSync(1, `${batch}\n`);
  // Some kills then meet a move into chunks half done.
  if (batch % 50 === 0) await store.maintain(time);
}
