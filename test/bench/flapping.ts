import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { benchAcquisition } from './bench-acquisition.ts';
import { fleetOfMeters } from './meter-fleet.ts';

/**
 * Memory over many polls of meters that come and go, as a process of its own: `COUNT FIRST_PORT INTERVAL POLLS`. The server
 * resets each connection after some answers. Says how large the heap is, collected, after a tenth of the polls and after all.
 */
const [count = 0, firstPort = 0, interval = 0, most = 0] = process.argv.slice(2, 6).map(Number);
const MB = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), 'pq-butler-bench-'));
let polls = 0;
const heaps: number[] = [];

const acquisition = benchAcquisition({
  fleet: fleetOfMeters(count, firstPort, interval),
  folder,
  log: pino({ level: 'fatal' }),
  onReading: () => {
    polls += 1;
    if (polls !== most / 10 && polls !== most) return;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / MB);
    if (polls === most) process.send?.(heaps, () => process.exit(0));
  },
});
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
acquisition.start();
