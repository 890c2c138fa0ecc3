import { Child, measure } from './children.ts';
import { printTable, ratio } from './table.ts';

const FIRST_PORT = 20_000;
/** Meters of one server process: each takes two file descriptors there. */
const SERVER_SIZE = 5_000;
const ROUNDS = 2;

/** Milliseconds between two polls of a meter; seconds of one run. */
interface Run {
  readonly count: number;
  readonly interval: number;
  readonly seconds: number;
}

/** CPU of a poll: the daemon's own up to the store's doorstep, and with the embedded store, against the bare library. */
export async function modbusCpu({ count, interval, seconds }: Run): Promise<void> {
  const rows: string[][] = [];
  const round = async () => {
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
  };
  await withMeters({ count }, async () => {
    for (let index = 0; index < ROUNDS; index++) await round();
  });
  printTable(
    [
      'meters',
      'every',
      'modbus-serial us',
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

/** What a tenth of dead meters does to the others. */
export async function deadNeighbours(): Promise<void> {
  const [count, interval, dead, seconds] = [1_000, 1_000, 100, 30];
  const run = (silent: number) =>
    withMeters({ count, silent }, () => measure('daemon-path', count, FIRST_PORT, interval, seconds, silent, 'none'));
  const [well, ill] = [await run(0), await run(dead)];
  const row = (name: string, { polls, skipped, jitterP99 }: typeof well) => [
    name,
    String(polls),
    String(skipped),
    jitterP99.toFixed(1),
    ratio(jitterP99, well.jitterP99),
  ];
  printTable(
    ['1000 meters, 1 s', 'readings', 'skipped polls of those that answer', 'jitter p99 ms', 'jitter / all answer'],
    [row('all answer', well), row('100 are dead', ill)],
  );
}

/** The heap over many polls of meters whose connections are reset again and again. */
export async function flapping(): Promise<void> {
  const [count, interval, polls, life] = [100, 50, 100_000, 100];
  const child = () => new Child<readonly number[]>('flapping', [count, FIRST_PORT, interval, polls]);
  const [early = 0, late = 0] = await withMeters({ count, life }, () => child().said());
  printTable(
    [`${polls} polls of flapping meters`, 'heap after a tenth MB', 'heap after all MB', 'all / a tenth'],
    [['', early.toFixed(1), late.toFixed(1), ratio(late, early)]],
  );
}

async function withMeters<T>(
  { count, silent = 0, life = 0 }: { readonly count: number; readonly silent?: number; readonly life?: number },
  use: () => Promise<T>,
): Promise<T> {
  const servers: Child<string>[] = [];
  try {
    for (let first = 0; first < count; first += SERVER_SIZE) {
      const size = Math.min(SERVER_SIZE, count - first);
      const isLast = first + size === count;
      servers.push(new Child('meters-server', [size, FIRST_PORT + first, isLast ? silent : 0, life]));
    }
    await Promise.all(servers.map((server) => server.said()));
    return await use();
  } finally {
    await Promise.all(servers.map((server) => server.end()));
  }
}
