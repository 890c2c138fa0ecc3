import { lineOf } from '../domain/customer.ts';
import { adviceOn, type FoundUnit, identityText, type ModelGuess, type ScanResult } from '../meters/scan.ts';
import type { Output } from './output.ts';
import { type Colour, painter } from './terminal.ts';

/** Guesses that are told of one unit. */
const MOST_GUESSES = 3;

type Paint = (colour: Colour, text: string) => string;

/** `asked`: how many units were to be asked. */
export function scanText(result: ScanResult, asked: number, sink: Output['stdout'], env: NodeJS.ProcessEnv): string {
  const paint = painter(sink, env);
  const line = lineOf(result.connection);
  const lines = [
    ...result.units.flatMap((unit) => unitLines(unit, line, paint)),
    ...endOf(result, asked).map((text) => paint('bold', text)),
    ...adviceOf(result).map((text) => `${paint('yellow', 'Hint:')} ${text}`),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

/** One JSON object: address, asked, isOneDevice, isStopped, failure, units: [{unit, identity, mark, guesses: [...]}]. */
export function scanJson(result: ScanResult, asked: number): string {
  const { connection, doubt, failure, isOneDevice, isStopped, units } = result;
  const found = units.map(({ guesses, identity, mark, unit }) => ({
    unit,
    address: `${lineOf(connection)}/${unit}`,
    ...(identity && { identity }),
    ...(mark && { mark: mark.words }),
    guesses: guesses.map(({ likelihood, model, why }) => ({
      model: model.id,
      name: model.name,
      percent: percentOf(likelihood),
      why,
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
  { guesses, identity, isExamined, mark, unit }: FoundUnit,
  line: string,
  paint: Paint,
): readonly string[] {
  const [best, ...others] = guesses.slice(0, MOST_GUESSES);
  const says = identity ? `, says it is: ${identityText(identity)}` : mark ? `, has the mark of ${mark.words}` : '';
  return [
    paint('bold', `unit ${unit}${says}`),
    ...(best
      ? [paint('green', guessText(best)), `        ${best.why.join('; ')}`]
      : [isExamined ? '  no model fits' : '  not looked at']),
    ...others.map(guessText),
    ...(best ? [`        pq-butler probe --model ${best.model.id} ${line}/${unit}`] : []),
  ];
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

function adviceOf({ connection, failure, isOtherProtocol, isStopped, units }: ScanResult): readonly string[] {
  if (failure) return adviceOn(failure, connection);
  if (isOtherProtocol) return [`The protocol that was asked for is not answered; this one is: ${lineOf(connection)}`];
  if (units.length > 0 || isStopped) return [];
  return [
    'No unit answered in either protocol. Behind a gateway that waits long itself for silent units, give a longer --timeout.',
  ];
}
