import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { AlertBook } from '../src/alerts/alert-book.ts';
import type { Customer, Person, SupplyPoint } from '../src/domain/customer.ts';
import { fleetOf } from '../src/domain/fleet.ts';
import type { Reading, Values } from '../src/domain/reading.ts';
import { createAnnouncer } from '../src/notify/announcer.ts';
import { Pipeline, type PipelineParts } from '../src/pipeline.ts';
import { QualityWatch } from '../src/quality/quality-watch.ts';
import { type RulePack, silenceLimits } from '../src/rules/pack.ts';
import { SilenceWatch } from '../src/rules/silence-watch.ts';
import { EmbeddedStore } from '../src/store/embedded.ts';
import { GroupCommit } from '../src/store/group-commit.ts';
import { SqliteStateStore } from '../src/store/state.ts';
import { Intake } from '../src/windows/intake.ts';
import { Windows } from '../src/windows/windows.ts';
import { GB, star } from './rules/points.ts';

/** A Sunday morning, on the tick of an hour. */
export const START = Date.UTC(2026, 2, 1, 8, 0, 0);

export const PHASE_10KV = 10_000 / Math.sqrt(3);
export const HEALTHY = { lv: star(220, 220, 220), mv: star(PHASE_10KV, PHASE_10KV, PHASE_10KV) };

const PEOPLE: readonly Person[] = [
  { id: 'am', name: 'Account Manager', role: 'account_manager', email: 'am@grid.example', locale: 'en' },
  { id: 'am2', name: 'Other Manager', role: 'account_manager', email: 'am2@grid.example', locale: 'zh-CN' },
  { id: 'duty', name: 'Duty Desk', role: 'grid_engineer', email: 'duty@grid.example', locale: 'zh-CN' },
];

/** One hospital at 0.38 kV with meter 'lv' and one steel mill at 10 kV with meter 'mv'. */
function customers(pollInterval: number): readonly Customer[] {
  return [
    {
      id: 'hospital',
      name: 'Hill Hospital',
      class: 'special',
      industry: 'hospital',
      accountManager: 'am',
      supplyPoints: [pointWith('lv', 0.38, pollInterval)],
    },
    {
      id: 'mill',
      name: 'River Mill',
      class: 'first',
      industry: 'steel',
      accountManager: 'am2',
      supplyPoints: [pointWith('mv', 10, pollInterval)],
    },
  ];
}

function pointWith(meter: string, nominalKv: number, pollInterval: number): SupplyPoint {
  const connection = { kind: 'modbus-tcp', host: meter, port: 502, unit: 1 } as const;
  return {
    id: `${meter}-point`,
    name: `${meter} feed`,
    nominalKv,
    feeder: 'F1',
    substation: 'East',
    contractKva: 1_000,
    meters: [{ id: meter, model: 'sdm630', connection, pollInterval, ctRatio: 1, ptRatio: 1 }],
  };
}

/** The pipeline on real stores in a folder of its own; time is what the test says. */
export async function openBench(
  options: {
    readonly pack?: RulePack;
    readonly folder?: string;
    readonly start?: number;
    readonly pollInterval?: number;
    readonly faults?: Partial<PipelineParts>;
  } = {},
) {
  const { pack = GB, folder = mkdtempSync(join(tmpdir(), 'pq-butler-')), start = START, faults = {} } = options;
  const lines: { level: number; msg: string }[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const fleet = fleetOf(customers(options.pollInterval ?? 1_000));
  const state = new SqliteStateStore({ file: join(folder, 'state.db') });
  state.start();
  const store = new EmbeddedStore({
    file: join(folder, 'readings.db'),
    keepReadingsMs: 1e12,
    keepWindowsMs: 1e12,
    log,
  });
  await store.start();
  const book = new AlertBook();
  book.restore([...state.alertsBetween(start - 600_000, start), ...state.openAlerts()]);
  const windows = new Windows(() => 1_000);
  const quality = new QualityWatch({ fleet, timeZone: 'Asia/Shanghai', log });
  quality.restore([], start);
  const pipeline = new Pipeline({
    fleet,
    pack,
    quality,
    windows,
    intake: new Intake(windows, log),
    silence: new SilenceWatch(fleet, silenceLimits(pack), start),
    book,
    announcer: createAnnouncer({
      fleet,
      people: PEOPLE,
      siteName: 'Test city',
      timeZone: 'Asia/Shanghai',
      sourceOf: (rule) => pack.rules[rule].source,
    }),
    commit: new GroupCommit(store, log),
    store,
    state,
    log,
    onMessages: () => undefined,
    ...faults,
  });

  return {
    folder,
    state,
    store,
    book,
    pipeline,
    /** One reading, `second` after START; not awaited, as the poller does not either. */
    read(meter: string, second: number, values: Values, more: Partial<Reading> = {}): Promise<void> {
      const time = START + second * 1000;
      return pipeline.accept({ meter, time, arrivedAt: time, timeSource: 'register', values, ...more });
    },
    /** A message whose payload has the time `second`, and that arrives at `arrival`. */
    send(meter: string, second: number, values: Values, arrival: number): Promise<void> {
      const [time, arrivedAt] = [START + second * 1000, START + arrival * 1000];
      return pipeline.accept({ meter, time, arrivedAt, timeSource: 'payload', values });
    },
    /** What was logged at a level. */
    logged(level: 'warn' | 'error'): string[] {
      return lines.filter((line) => line.level === pino.levels.values[level]).map(({ msg }) => msg);
    },
    tick(second: number): Promise<void> {
      return pipeline.tick(START + second * 1000);
    },
    /** Subjects of all mails so far, oldest first, with their recipient. */
    mails(): string[] {
      return state
        .recentMessages(1_000)
        .map(({ recipient, subject }) => `${recipient}: ${subject}`)
        .reverse();
    },
    async close(): Promise<void> {
      await store.stop();
      state.stop();
    },
    remove(): void {
      rmSync(folder, { recursive: true });
    },
  };
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** A bench that is closed when the test ends; its folder goes with the bench that made it. */
export async function bench(options: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  const opened = await openBench(options);
  onTestFinished(async () => {
    await opened.close();
    if (options.folder === undefined) opened.remove();
  });
  return opened;
}

/**
 * Both meters once a second over [from, to), with a tick after each second; `values` may replace a meter's. The frequency
 * moves, as it does in life: what stands still for minutes is not believed.
 */
export async function run(
  each: Bench,
  from: number,
  to: number,
  values: Partial<Record<'lv' | 'mv', Values | null>> = {},
): Promise<void> {
  for (let second = from; second < to; second++) {
    for (const meter of ['lv', 'mv'] as const) {
      const said = values[meter] === undefined ? HEALTHY[meter] : values[meter];
      if (said) void each.read(meter, second, { ...said, frequency: 50 + 0.01 * (second % 3) });
    }
    await each.tick(second + 0.5);
  }
}

/** All alerts so far, oldest first: rule, subject, state, from and to which second, and why it ended. */
export function changes(each: Bench): string[] {
  return each.state
    .recentAlerts(100)
    .map(({ rule, subject, state, since, resolvedAt, resolvedBecause }) => {
      const seconds = (time: number | undefined) => (time === undefined ? '' : String((time - START) / 1000));
      return [rule, subject, state, seconds(since), seconds(resolvedAt), resolvedBecause ?? ''].join(' ').trim();
    })
    .reverse();
}
