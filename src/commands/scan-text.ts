import { lineOf } from '../domain/customer.ts';
import {
  adviceOn,
  type FirstAnswer,
  type FoundUnit,
  identityText,
  type ModelGuess,
  type ScanResult,
} from '../meters/scan.ts';
import type { Output } from './output.ts';
import { hexOf } from './reading-table.ts';
import { type Colour, painter } from './terminal.ts';

/** Guesses that are told of one unit. */
const MOST_GUESSES = 3;

type Paint = (colour: Colour, text: string) => string;

/** What was asked for. */
export interface ScanAsked {
  /** How many units were to be asked. */
  readonly asked: number;
  readonly modelsDir: string | undefined;
}

export function scanText(
  result: ScanResult,
  { asked, modelsDir }: ScanAsked,
  sink: Output['stdout'],
  env: NodeJS.ProcessEnv,
): string {
  const paint = painter(sink, env);
  const probeWith = ({ model }: ModelGuess, unit: number) =>
    probeCommand(model.id, `${lineOf(result.connection)}/${unit}`, modelsDir);
  const lines = [
    ...result.units.flatMap((unit) => unitLines(unit, probeWith, paint)),
    ...endOf(result, asked).map((text) => paint('bold', text)),
    ...adviceOf(result).map((text) => `${paint('yellow', 'Hint:')} ${text}`),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

/** One JSON object: address, asked, isOneDevice, isStopped, failure, units: [{unit, identity, mark, answers, guesses: [...]}]. */
export function scanJson(result: ScanResult, { asked, modelsDir }: ScanAsked): string {
  const { connection, doubt, failure, isOneDevice, isStopped, units } = result;
  const found = units.map(({ answers, guesses, identity, mark, unit }) => ({
    unit,
    address: `${lineOf(connection)}/${unit}`,
    ...(identity && { identity }),
    ...(mark && { mark: mark.words }),
    ...(answers && { answers }),
    guesses: guesses.map(({ likelihood, model, why }) => ({
      model: model.id,
      name: model.name,
      percent: percentOf(likelihood),
      why,
      probe: probeCommand(model.id, `${lineOf(connection)}/${unit}`, modelsDir),
    })),
  }));
  const object = {
    address: lineOf(connection),
    asked,
    isOneDevice,
    isStopped,
    ...(failure && { failure: failure.message }),
    ...(doubt !== undefined && { doubt }),
    units: found,
    hints: adviceOf(result),
  };
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function unitLines(
  { answers = [], guesses, identity, isExamined, mark, unit }: FoundUnit,
  probeWith: (guess: ModelGuess, unit: number) => string,
  paint: Paint,
): readonly string[] {
  const [best, ...others] = guesses.slice(0, MOST_GUESSES);
  const says = identity ? `, says it is: ${identityText(identity)}` : mark ? `, has the mark of ${mark.words}` : '';
  return [
    paint('bold', `unit ${unit}${says}`),
    ...(best
      ? [paint('green', guessText(best)), `        ${best.why.join('; ')}`]
      : [isExamined ? '  no model fits' : '  not looked at', ...answers.map(answerText)]),
    ...others.map(guessText),
    ...(best ? [`        ${probeWith(best, unit)}`] : []),
  ];
}

/** A command to copy, in the form that works in the program's folder after its build. */
function probeCommand(model: string, address: string, modelsDir: string | undefined): string {
  const folder = modelsDir === undefined ? [] : ['--models-dir', quoted(modelsDir)];
  return ['npx pq-butler probe', ...folder, '--model', quoted(model), quoted(address)].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function answerText({ cause, functionCode, words }: FirstAnswer): string {
  const registers = functionCode === 3 ? 'holding registers' : 'input registers';
  const says = words ? `answers, registers 0 and 1 are ${hexOf(words)}` : (cause ?? 'nothing');
  return `  function code ${functionCode} (${registers}): ${says}`;
}

function guessText({ likelihood, model }: ModelGuess): string {
  return `  ${`${percentOf(likelihood)} %`.padStart(5)} ${model.id} (${model.name})`;
}

function percentOf(likelihood: number): number {
  return Math.round(100 * likelihood);
}

function endOf(
  { connection, doubt, failure, isOneDevice, isStopped, units }: ScanResult,
  asked: number,
): readonly string[] {
  const line = lineOf(connection);
  const count = `${units.length} unit${units.length === 1 ? '' : 's'}`;
  if (failure) return [`${line}: ended early, ${count} found: ${failure.message}`];
  if (isStopped) return [`${line}: stopped, ${count} found until then`];
  if (isOneDevice)
    return [`${line}: all ${asked} unit numbers are answered by one device, which does not look at them`];
  const doubts = doubt === undefined ? [] : [`${line}: something answers, but not in Modbus: ${doubt}`];
  return [`${line}: ${count} found, ${asked} asked`, ...doubts];
}

/** The next step where no model fits. */
function unknownAdvice(units: readonly FoundUnit[], line: string): readonly string[] {
  const [first, ...others] = units.filter(({ guesses, isExamined }) => isExamined && guesses.length === 0);
  if (!first) return [];
  const numbers = [first, ...others].map(({ unit }) => unit).join(', ');
  const command = probeCommand('ID', `${line}/${first.unit}`, 'DIR');
  return [
    `No model fits unit ${numbers}. It may be a meter without load or voltage, or one that nobody has described: see its type plate, take the addresses from its manual into a model file (config/models/README.md), and read it with: ${command}`,
  ];
}

function adviceOf({ connection, failure, isOtherProtocol, isStopped, units }: ScanResult): readonly string[] {
  if (failure) return adviceOn(failure, connection);
  const line = lineOf(connection);
  const protocol = isOtherProtocol ? [`The protocol that was asked for is not answered; this one is: ${line}`] : [];
  if (units.length > 0) return [...protocol, ...unknownAdvice(units, line)];
  if (isStopped) return [];
  return [
    'No unit answered in either protocol. Behind a gateway that waits long itself for silent units, give a longer --timeout.',
  ];
}
