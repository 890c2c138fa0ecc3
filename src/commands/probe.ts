import { setTimeout as pause } from 'node:timers/promises';
import type { MeterPlace } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import type { Clock } from '../lib/clock.ts';
import { duration } from '../lib/duration.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { adviceOn, type Identity, MeterError, type Probe, type Probed, probeOf } from '../meters/probe.ts';
import { QualityCheck } from '../quality/quality-check.ts';
import { type JudgedProbe, judgedRows, presumedPlace } from './judged-rows.ts';
import { addressOf, type MeterRequest, type MeterSubject, meterSubject } from './meter-subject.ts';
import type { Output } from './output.ts';
import { messageHints, protocolHints, voltageHints } from './probe-hints.ts';
import { failureJson, failureText, type ProbeFailure, type ProbeResult, resultJson, resultText } from './probe-text.ts';
import { WRONG_CONFIGURATION } from './read-config.ts';
import { progress } from './terminal.ts';
import { wiringFound } from './wiring-lines.ts';

const NOTHING_READ = 1;
const NOT_ALL_GOOD = 3;
const INTERRUPTED = 130;

const SAMPLES = 5;
const MOST_SAMPLES = 3_600;
const USUAL_WAIT = 30_000;
const SHORTEST_WAIT = 100;
const LONGEST_WAIT = 86_400_000;
const INTERVALS_TO_WAIT = 3;

export interface ProbeRequest extends MeterRequest {
  /** Readings for the wiring verdict. */
  readonly samples?: string;
  /** '2m': at most, for a message or for the call of a modem; half a minute or three intervals. */
  readonly wait?: string;
  readonly json?: boolean;
}

/** What the tools for a person need of the world. */
export interface ToolParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds between two readings; a second. */
  readonly pace?: number;
}

/**
 * Reads one meter once, and its fast registers a few times more for the wiring verdict. Returns the exit code: 0 when all is good, 1
 * when nothing could be read, 2 when the request or the configuration is wrong, 3 when a value is suspect or missing or the
 * wiring is faulty.
 */
export async function probe(request: ProbeRequest, out: Output, parts: ToolParts): Promise<number> {
  const { env = process.env, stopping } = parts;
  const subject = meterSubject(request, out, env);
  if (!subject) return WRONG_CONFIGURATION;
  const samples = request.samples === undefined ? usualSamples(subject) : Number(request.samples);
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= MOST_SAMPLES)) {
    out.stderr.write(`--samples ${request.samples}: expected a number from 1 to ${MOST_SAMPLES}\n`);
    return WRONG_CONFIGURATION;
  }
  const wait = request.wait === undefined ? usualWait(subject.place) : askedWait(request.wait);
  if (wait === undefined) {
    out.stderr.write(`--wait ${request.wait}: expected a duration from 100ms to 1d, such as 2m\n`);
    return WRONG_CONFIGURATION;
  }
  const probed = probeOf({ ...subject, ...parts, wait });
  try {
    const result = await resultOf(probed, subject, samples, out, parts);
    const isFailure = 'failure' in result;
    if (request.json) out.stdout.write(isFailure ? failureJson(result) : resultJson(result));
    else if (isFailure) out.stderr.write(failureText(result, out.stderr, env));
    else out.stdout.write(resultText(result, out.stdout, env));
    if (isFailure) return NOTHING_READ;
    return isAllGood(result) ? 0 : NOT_ALL_GOOD;
  } catch (error) {
    if (stopping.aborted) return INTERRUPTED;
    throw error;
  } finally {
    await probed.close();
  }
}

async function resultOf(
  probe: Probe,
  subject: MeterSubject,
  samples: number,
  out: Output,
  parts: ToolParts,
): Promise<ProbeResult | ProbeFailure> {
  const { model, place } = subject;
  const about = {
    ...(subject.isConfigured && { meter: place.meter.id }),
    address: addressOf(subject),
    model: model.id,
    modelName: model.name,
  };
  const shown = progress(out.stderr);
  shown.tell(`${about.address}: reading`);
  let first: Probed;
  try {
    first = await probe.read();
  } catch (error) {
    if (!(error instanceof MeterError) || parts.stopping.aborted) throw error;
    const protocol = await protocolHints(probe, error);
    const hints = [
      ...(protocol.length > 0 ? protocol : adviceOn(error, place.meter.connection)),
      ...(error.name === 'ModbusException' ? await voltageHints(probe, subject.nominalKv, undefined) : []),
      ...messageHints(probe),
    ];
    shown.clear();
    return { ...about, failure: messageOf(error), hints };
  }
  const presumed = subject.nominalKv === undefined ? presumedPlace(place, first.reading.values) : undefined;
  const judgedAt = presumed?.place ?? place;
  const check = new QualityCheck();
  const judged = judgedRows(first, judgedAt, check, presumed);
  const more = await moreReadings(probe, judgedAt, check, samples - 1, { ...parts, tell: shown.tell });
  const wiring = wiringFound([judged.reading, ...more], judgedAt, presumed);
  const identity: Identity | undefined = await probe.identify?.();
  const logs = await probe.logs?.();
  const hints = [
    ...first.notes,
    ...refusedHints(judged),
    ...(await voltageHints(probe, subject.nominalKv, first.reading.values)),
  ];
  shown.clear();
  return {
    ...about,
    time: new Date(first.reading.time).toISOString(),
    took: first.took,
    ...(identity && { identity }),
    ratios: { ct: first.rating.ctRatio, pt: first.rating.ptRatio },
    nominalKv: judgedAt.supplyPoint.nominalKv,
    nominalFrom: presumed ? (presumed.isRead ? 'values' : 'nothing') : 'request',
    registers: judged.rows,
    scales: first.scales,
    ...(logs && { logs }),
    messages: first.messages.map(({ topic, payload, isRetained }) => ({
      topic,
      payload: payload.toString('utf8'),
      isRetained,
    })),
    wiring: { ...wiring, samples: 1 + more.length },
    hints,
  };
}

async function moreReadings(
  probe: Probe,
  place: MeterPlace,
  check: QualityCheck,
  count: number,
  { pace = 1_000, stopping, tell }: ToolParts & { readonly tell: (text: string) => void },
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (let number = 1; number <= count; number += 1) {
    tell(`wiring: reading ${number + 1} of ${count + 1}`);
    await pause(pace, undefined, { signal: stopping });
    try {
      readings.push(judgedRows(await probe.read(), place, check).reading);
    } catch (error) {
      // The verdict rests on what there is.
      if (!(error instanceof MeterError) || stopping.aborted) throw error;
      return readings;
    }
  }
  return readings;
}

function refusedHints({ rows }: JudgedProbe): readonly string[] {
  const refused = rows.filter(({ reason }) => reason?.includes('exception 2'));
  if (refused.length === 0) return [];
  const names = refused.map(({ address, quantity }) => `${quantity} (${address})`).join(', ');
  return [`The device does not have ${names}: it may be a smaller type of the same family.`];
}

function isAllGood({ hints, registers, wiring }: ProbeResult): boolean {
  return (
    hints.length === 0 && registers.every(({ quality }) => quality === 'good') && wiring.verdict?.state !== 'faulty'
  );
}

function usualSamples({ place }: MeterSubject): number {
  return place.meter.connection.kind === 'mqtt' ? 1 : SAMPLES;
}

/** Milliseconds for a message or a call where nobody says how long. */
export function usualWait({ meter }: MeterPlace): number {
  return Math.max(USUAL_WAIT, INTERVALS_TO_WAIT * meter.pollInterval);
}

function askedWait(text: string): number | undefined {
  const { data } = duration.safeParse(text);
  return data !== undefined && data >= SHORTEST_WAIT && data <= LONGEST_WAIT ? data : undefined;
}
