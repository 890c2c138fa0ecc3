import type { WiringVerdict } from '../domain/wiring.ts';
import { type Identity, identityText } from '../meters/probe.ts';
import { wiringWords } from '../quality/wiring-words.ts';
import type { Row } from './judged-rows.ts';
import type { Output } from './output.ts';
import { readingTable } from './reading-table.ts';
import { painter } from './terminal.ts';
import { wiringLines } from './wiring-lines.ts';

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
  readonly messages: readonly { readonly topic: string; readonly payload: string; readonly isRetained: boolean }[];
  readonly wiring: { readonly samples: number; readonly verdict: WiringVerdict | undefined };
  readonly hints: readonly string[];
}

/** What came of one by which nothing could be read. */
export interface ProbeFailure extends About {
  readonly failure: string;
  readonly hints: readonly string[];
}

const EXCERPT = 160;

export function resultText(result: ProbeResult, sink: Output['stdout'], env: NodeJS.ProcessEnv): string {
  const paint = painter(sink, env);
  const { hints, identity, messages, registers, wiring } = result;
  return lines([
    ...headLines(result),
    `${result.time}, read in ${result.took} ms${identity ? `; it says it is: ${identityText(identity)}` : ''}`,
    ...circumstances(result),
    '',
    ...readingTable(registers, paint),
    '',
    ...messages.map(({ payload, topic }) => `${topic}: ${excerpt(payload)}`),
    ...(messages.length > 0 ? [''] : []),
    ...wiringLines(wiring.verdict, paint),
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
 * nominalFrom, registers, messages, wiring: {state, samples, faults}, hints.
 */
export function resultJson({ wiring, ...result }: ProbeResult): string {
  const { faults = [], state = 'cannot say' } = wiring.verdict ?? {};
  const told = faults.map((fault) => ({ ...fault, words: wiringWords(fault, 'en') }));
  return json({ ...result, wiring: { state, samples: wiring.samples, faults: told } });
}

/** One JSON object: meter, address, model, modelName, failure, hints. */
export function failureJson(failure: ProbeFailure): string {
  return json(failure);
}

function json(object: object): string {
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function headLines({ address, meter, model, modelName }: About): readonly string[] {
  return [`${meter === undefined ? '' : `${meter}, `}${modelName} (${model}), ${address}`];
}

function circumstances({ nominalFrom, nominalKv, ratios }: ProbeResult): readonly string[] {
  const { ct, pt } = ratios;
  const why = nominalFrom === 'values' ? 'which was read' : 'for no voltage makes sense';
  return [
    ...(ct === 1 && pt === 1 ? [] : [`Values are primary: CT ratio ${ct}, PT ratio ${pt}`]),
    ...(nominalFrom === 'request'
      ? []
      : [`Judged as if ${nominalKv} kV were nominal, ${why}; --nominal-kv says what is`]),
  ];
}

/** '31 good, 1 suspect, 2 missing' */
function summary({ registers }: ProbeResult): string {
  const counts = (['good', 'suspect', 'missing'] as const).flatMap((quality) => {
    const count = registers.filter((row) => row.quality === quality).length;
    return count > 0 ? [`${count} ${quality}`] : [];
  });
  return counts.join(', ');
}

function excerpt(payload: string): string {
  const text = payload.replace(/[\p{Cc}\ufffd]+/gu, ' ');
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}...` : text;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
