import { type Identity, identityText, type ProbedLogs, type ProbedScale } from '../meters/probe.ts';
import { wiringWords } from '../quality/wiring-words.ts';
import type { Row } from './judged-rows.ts';
import type { Output } from './output.ts';
import { logLines, toldLogs } from './probe-logs.ts';
import { payloadExcerpt } from './probe-payload.ts';
import { scaleLines } from './probe-scales.ts';
import { readingTable } from './reading-table.ts';
import { painter } from './terminal.ts';
import { type WiringFound, wiringLines } from './wiring-lines.ts';

interface About {
  /** Its id, where it is a configured one. */
  readonly meter?: string;
  readonly address: string;
  readonly model: string;
  readonly modelName: string;
}

/** What came of a probe. */
export interface ProbeResult extends About {
  /** ISO 8601, when its voltages were read. */
  readonly time: string;
  /** Milliseconds for the first reading. */
  readonly took: number;
  readonly identity?: Identity;
  readonly ratios: { readonly ct: number; readonly pt: number };
  /** kV, against which it was judged: as configured or given, as was read, or because nothing is known. */
  readonly nominalKv: number;
  readonly nominalFrom: 'request' | 'values' | 'nothing';
  readonly registers: readonly Row[];
  readonly scales: readonly ProbedScale[];
  /** Of a model that has logs. */
  readonly logs?: ProbedLogs;
  readonly messages: readonly { readonly topic: string; readonly payload: string; readonly isRetained: boolean }[];
  readonly wiring: WiringFound & { readonly samples: number };
  readonly hints: readonly string[];
}

/** What came of one by which nothing could be read. */
export interface ProbeFailure extends About {
  readonly failure: string;
  readonly hints: readonly string[];
}

export function resultText(result: ProbeResult, sink: Output['stdout'], env: NodeJS.ProcessEnv): string {
  const paint = painter(sink, env);
  const { hints, identity, logs, messages, registers, scales, wiring } = result;
  return lines([
    ...headLines(result),
    `${result.time}, read in ${result.took} ms${identity ? `; it says it is: ${identityText(identity)}` : ''}`,
    ...circumstances(result),
    '',
    ...readingTable(registers, paint),
    '',
    ...withGap(scaleLines(scales)),
    ...withGap(logLines(logs)),
    ...withGap(messages.map(({ payload, topic }) => `${topic}: ${payloadExcerpt(payload)}`)),
    ...wiringLines(wiring, paint),
    ...hints.map((hint) => `${paint('yellow', 'Hint:')} ${hint}`),
    summary(result),
  ]);
}

export function failureText(result: ProbeFailure, sink: Output['stderr'], env: NodeJS.ProcessEnv): string {
  const paint = painter(sink, env);
  return lines([
    ...headLines(result),
    paint('red', `Nothing could be read: ${result.failure}`),
    ...result.hints.map((hint) => `${paint('yellow', 'Hint:')} ${hint}`),
  ]);
}

/**
 * One JSON object: meter (where it is configured), address, model, modelName, time, took, identity, ratios, nominalKv,
 * nominalFrom, registers, scales, logs, messages, wiring: {state, reason, samples, faults}, hints.
 */
export function resultJson({ logs, wiring, ...result }: ProbeResult): string {
  const { reason, samples, verdict } = wiring;
  const { faults = [], state = 'cannot say' } = verdict ?? {};
  const told = faults.map((fault) => ({ ...fault, words: wiringWords(fault, 'en') }));
  return json({
    ...result,
    ...(logs && { logs: toldLogs(logs) }),
    wiring: { state, ...(reason !== undefined && { reason }), samples, faults: told },
  });
}

/** One JSON object: meter, address, model, modelName, failure, hints. */
export function failureJson(failure: ProbeFailure): string {
  return json(failure);
}

function withGap(block: readonly string[]): readonly string[] {
  return block.length > 0 ? [...block, ''] : [];
}

function json(object: object): string {
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function headLines({ address, meter, model, modelName }: About): readonly string[] {
  return [`${meter === undefined ? '' : `${meter}, `}${modelName} (${model}), ${address}`];
}

function circumstances({ nominalFrom, nominalKv, ratios }: ProbeResult): readonly string[] {
  const { ct, pt } = ratios;
  return [
    ...(ct === 1 && pt === 1 ? [] : [`Values are primary: CT ratio ${ct}, PT ratio ${pt}`]),
    ...nominalLines(nominalFrom, nominalKv),
  ];
}

function nominalLines(from: ProbeResult['nominalFrom'], kv: number): readonly string[] {
  switch (from) {
    case 'request':
      return [];
    case 'values':
      return [`Nominal voltage guessed from the readings: ${kv} kV. Give the true one with --nominal-kv.`];
    case 'nothing':
      return [`No voltage makes sense; judged against ${kv} kV. Give the true one with --nominal-kv.`];
  }
}

/** '31 good, 1 suspect, 2 missing', or '31 not judged, 3 suspect' */
function summary({ registers }: ProbeResult): string {
  const counts = (['good', 'not judged', 'suspect', 'missing'] as const).flatMap((quality) => {
    const count = registers.filter((row) => row.quality === quality).length;
    return count > 0 ? [`${count} ${quality}`] : [];
  });
  return counts.join(', ');
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
