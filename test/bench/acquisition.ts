import { Child } from './children.ts';
import type { Measured } from './report.ts';
import { printTable, ratio } from './table.ts';

/**
 * `npm run bench:acquisition`: what the daemon's way from the socket to the accepted reading costs, as ratios to a bare
 * modbus-serial loop that does the same reads on the same schedule, in runs that take turns. Nothing else should run.
 */
const FIRST_PORT = 20_000;
/** Meters of one server process: each takes two file descriptors there. */
const SERVER_SIZE = 5_000;
const SECONDS = 10;
const ROUNDS = 3;

interface Fleet {
  readonly count: number;
  readonly interval: number;
}

async function withMeters<T>(count: number, silent: number, use: () => Promise<T>): Promise<T> {
  const servers: Child<string>[] = [];
  try {
    for (let first = 0; first < count; first += SERVER_SIZE) {
      const size = Math.min(SERVER_SIZE, count - first);
      const isLast = first + size === count;
      servers.push(new Child('meters-server', [size, FIRST_PORT + first, isLast ? silent : 0]));
    }
    await Promise.all(servers.map((server) => server.said()));
    return await use();
  } finally {
    await Promise.all(servers.map((server) => server.end()));
  }
}

async function measure(name: string, ...args: readonly (string | number)[]): Promise<Measured> {
  const child = new Child<Measured>(name, args);
  try {
    return await child.said();
  } finally {
    await child.end();
  }
}

async function cpuRatios({ count, interval }: Fleet): Promise<void> {
  const seconds = Math.max(SECONDS, (2 * interval) / 1_000);
  const rows: string[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await measure('bare-modbus-serial', count, FIRST_PORT, interval, seconds);
    const accepted = await measure('daemon-path', count, FIRST_PORT, interval, seconds, 0, 'none');
    const stored = await measure('daemon-path', count, FIRST_PORT, interval, seconds, 0, 'embedded');
    rows.push([
      String(count),
      `${interval / 1_000} s`,
      bare.microsecondsPerPoll.toFixed(0),
      accepted.microsecondsPerPoll.toFixed(0),
      ratio(accepted.microsecondsPerPoll, bare.microsecondsPerPoll),
      ratio(stored.microsecondsPerPoll, bare.microsecondsPerPoll),
      String(accepted.skipped),
      accepted.loopDelayP99.toFixed(1),
      accepted.rssMb.toFixed(0),
    ]);
  }
  printTable(
    [
      'meters',
      'every',
      'bare us',
      'daemon us',
      'daemon / bare',
      'with store / bare',
      'skipped',
      'loop p99 ms',
      'RSS MB',
    ],
    rows,
  );
}

async function deadNeighbours(): Promise<void> {
  const [count, interval, dead] = [1_000, 1_000, 100];
  const well = await withMeters(count, 0, () => measure('daemon-path', count, FIRST_PORT, interval, 20, 0, 'none'));
  const ill = await withMeters(count, dead, () =>
    measure('daemon-path', count, FIRST_PORT, interval, 20, dead, 'none'),
  );
  printTable(
    ['1000 meters, 1 s', 'polls of healthy ones', 'skipped', 'jitter p99 ms', 'ratio'],
    [
      ['all answer', String(well.polls), String(well.skipped), well.jitterP99.toFixed(1), '1.00'],
      [
        '100 are dead',
        String(ill.polls),
        String(ill.skipped),
        ill.jitterP99.toFixed(1),
        ratio(ill.jitterP99, well.jitterP99),
      ],
    ],
  );
}

for (const fleet of [
  { count: 70, interval: 1_000 },
  { count: 1_000, interval: 1_000 },
  { count: 10_000, interval: 10_000 },
]) {
  await withMeters(fleet.count, 0, () => cpuRatios(fleet));
}
await deadNeighbours();
