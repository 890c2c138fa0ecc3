import { setTimeout as pause } from 'node:timers/promises';
import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import { duration } from '../lib/duration.ts';
import { messageOf } from '../lib/errors.ts';
import { adviceOn, MeterError, type Probe, probeOf } from '../meters/probe.ts';
import { QualityCheck } from '../quality/quality-check.ts';
import { judgedRows, type Presumed, presumedPlace, type Row } from './judged-rows.ts';
import { addressOf, type MeterRequest, type MeterSubject, meterSubject } from './meter-subject.ts';
import type { Output } from './output.ts';
import { type ToolParts, usualWait } from './probe.ts';
import { WRONG_CONFIGURATION } from './read-config.ts';
import { readingTable } from './reading-table.ts';
import { isTerminal, painter } from './terminal.ts';
import { wiringFound, wiringLines } from './wiring-lines.ts';

/** Readings that the wiring verdict rests on. */
const MOST_READINGS = 60;

const SHORTEST_EVERY = 200;
const LONGEST_EVERY = 3_600_000;

const CLEAR_SCREEN = '\x1b[2J';
const TO_TOP = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

export interface WatchRequest extends MeterRequest {
  /** '1s' */
  readonly every?: string;
}

/** What is on the screen. */
interface Shown {
  readonly rows: Map<Quantity, { readonly row: Row; readonly at: number }>;
  readings: readonly Reading[];
  failure: string | undefined;
  /** What is judged against where nobody said what the voltage should be: made of the first reading that has any sense. */
  presumed: Presumed | undefined;
}

/** Reads a meter again and again until it is stopped, and shows how it stands. Returns the exit code: 0, or 2. */
export async function watch(request: WatchRequest, out: Output, parts: ToolParts): Promise<number> {
  const { env = process.env, stopping } = parts;
  const every = duration.safeParse(request.every ?? '1s');
  if (!every.success || every.data < SHORTEST_EVERY || every.data > LONGEST_EVERY) {
    out.stderr.write(`--every ${request.every}: expected 200ms to 1h\n`);
    return WRONG_CONFIGURATION;
  }
  const subject = meterSubject(request, out, env);
  if (!subject) return WRONG_CONFIGURATION;
  const { place } = subject;
  const probe = probeOf({ ...subject, ...parts, wait: usualWait(place) });
  const screen = screenOf(out.stdout);
  const shown: Shown = { rows: new Map(), readings: [], failure: undefined, presumed: undefined };
  const check = new QualityCheck();
  screen.begin();
  try {
    for (let due = parts.clock.now(); !stopping.aborted; due = Math.max(due + every.data, parts.clock.now())) {
      await look(probe, subject, check, shown, parts);
      if (stopping.aborted) break;
      screen.draw(textOf(subject, probe, shown, out, parts));
      // Messages come by themselves.
      const left = place.meter.connection.kind === 'mqtt' && !shown.failure ? 0 : due + every.data - parts.clock.now();
      if (left > 0) await pause(left, undefined, { signal: stopping });
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    screen.end();
    await probe.close();
  }
  return 0;
}

async function look(
  probe: Probe,
  { nominalKv, place }: MeterSubject,
  check: QualityCheck,
  shown: Shown,
  parts: ToolParts,
): Promise<void> {
  try {
    const probed = await probe.read();
    if (nominalKv === undefined && !shown.presumed?.isRead)
      shown.presumed = presumedPlace(place, probed.reading.values);
    const { reading, rows } = judgedRows(probed, shown.presumed?.place ?? place, check, shown.presumed);
    for (const row of rows) shown.rows.set(row.quantity, { row, at: reading.arrivedAt });
    shown.readings = [...shown.readings, reading].slice(-MOST_READINGS);
    shown.failure = undefined;
  } catch (error) {
    if (!(error instanceof MeterError) || parts.stopping.aborted) throw error;
    shown.failure = [messageOf(error), ...adviceOn(error, place.meter.connection)].join('. ');
  }
}

function textOf(
  subject: MeterSubject,
  probe: Probe,
  { failure, presumed, readings, rows }: Shown,
  out: Output,
  { clock, env = process.env }: ToolParts,
): readonly string[] {
  const { isConfigured, model, place } = subject;
  const paint = painter(out.stdout, env);
  const now = clock.now();
  const { failed, polls } = probe.health;
  const ages = new Map(
    [...rows].map(([quantity, { at }]) => [quantity, `${Math.max(0, Math.round((now - at) / 1_000))} s`]),
  );
  const state = failure === undefined ? paint('green', 'answers') : paint('red', `does not answer: ${failure}`);
  const table = [...rows.values()].map(({ row }) => row);
  return [
    `${isConfigured ? `${place.meter.id}, ` : ''}${model.name}, ${addressOf(subject)}`,
    `${new Date(now).toISOString()}  ${polls} read, ${failed} failed; ${state}`,
    ...(readings.length > 0 ? wiringLines(wiringFound(readings, presumed?.place ?? place, presumed), paint) : []),
    ...(table.length > 0 ? readingTable(table, paint, ({ quantity }) => ages.get(quantity) ?? '') : []),
  ];
}

/** A terminal shows the newest state in one place; elsewhere one block follows the other. */
function screenOf(sink: Output['stdout']) {
  if (!isTerminal(sink)) {
    return {
      begin: () => undefined,
      draw: (lines: readonly string[]) => sink.write(`${lines.join('\n')}\n\n`),
      end: () => undefined,
    };
  }
  return {
    begin: () => sink.write(CLEAR_SCREEN + HIDE_CURSOR),
    draw: (lines: readonly string[]) =>
      sink.write(
        TO_TOP +
          fitting(lines, sink)
            .map((line) => `${line}${CLEAR_LINE}\n`)
            .join('') +
          CLEAR_BELOW,
      ),
    end: () => sink.write(SHOW_CURSOR),
  };
}

/** What goes beyond the lower edge would scroll the rest away. */
function fitting(lines: readonly string[], sink: object): readonly string[] {
  const height = 'rows' in sink && typeof sink.rows === 'number' ? sink.rows - 1 : lines.length;
  if (lines.length <= height) return lines;
  const kept = lines.slice(0, Math.max(1, height - 1));
  return [...kept, `... ${lines.length - kept.length} more lines: make the window taller`];
}
