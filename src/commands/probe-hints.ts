import { lineOf } from '../domain/customer.ts';
import { isQuantity, QUANTITIES } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';
import {
  areVoltagesPlausible,
  type HeardMessage,
  type MeterError,
  type Probe,
  type VoltageFinding,
} from '../meters/probe.ts';
import { payloadExcerpt } from './probe-payload.ts';

const MOST_PATHS = 20;

/** Where nobody answered in the protocol that was asked for: whether somebody does in the other one. */
export async function protocolHints(probe: Probe, { name }: MeterError): Promise<readonly string[]> {
  if (name !== 'NoAnswer' && name !== 'BadAnswer') return [];
  const other = await probe.otherProtocol?.();
  if (!other) return [];
  const does = other.kind === 'modbus-tcp' ? 'Modbus TCP does' : 'RTU frames over TCP do';
  return [`This protocol is not answered here; ${does}: configure ${lineOf(other)}/${other.unit}`];
}

/** Where the voltages make no sense, or were not given: how they would. `values` as primary values. */
export async function voltageHints(
  probe: Probe,
  nominalKv: number | undefined,
  values: Values | undefined,
): Promise<readonly string[]> {
  if (values && areVoltagesPlausible(values, nominalKv) === true) return [];
  const findings = (await probe.findVoltages?.(nominalKv)) ?? [];
  const last = findings.length - 1;
  return findings.map((finding, index) => {
    const would = index === 0 ? 'The voltages would make sense' : 'Less likely,';
    const end = index === last ? ' The manual decides.' : '';
    return `${would} ${wayOf(finding)}: ${voltagesOf(finding)}${doubtsOf(finding.doubt)}.${end}`;
  });
}

function voltagesOf({ values }: VoltageFinding): string {
  return Object.entries(values)
    .map(([quantity, value]) => `${quantity} ${rounded(value)} ${unitOf(quantity)}`)
    .join(', ');
}

/** "; the phases' active power differs from the total by 0.2 %, ..." */
function doubtsOf({ missing, ratio, sum, triangle }: VoltageFinding['doubt']): string {
  const doubts = [
    ...(sum === undefined ? [] : [`the phases' active power differs from the total by ${percent(sum)}`]),
    ...(triangle === undefined ? [] : [`S² differs from P² + Q² by ${percent(triangle)}`]),
    ...(ratio === undefined ? [] : [`U L-L/U L-N = ${rounded(ratio)}`]),
    ...(missing === 0 ? [] : [`${percent(missing)} of the powers are not there`]),
  ];
  return doubts.length === 0 ? '' : `; ${doubts.join(', ')}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function wayOf({ functionCode, modelled, order, shift }: VoltageFinding): string {
  const { address } = modelled;
  const ways = [
    ...(functionCode === modelled.functionCode
      ? []
      : [`with function code ${functionCode} in place of ${modelled.functionCode}`]),
    ...(shift === 0
      ? []
      : [
          `one register ${shift > 0 ? 'up' : 'down'}, at ${address + shift} in place of ${address} (does a manual count from 1?)`,
        ]),
    ...(order === modelled.order ? [] : [`with byte_order ${order} in place of ${modelled.order}`]),
  ];
  return ways.length > 0 ? ways.join(' and ') : 'when they are read again';
}

/** What came in place of a reading; undefined for a meter that sends no messages. */
export function messageHints({ lookedFor = [], messages }: Probe): readonly string[] {
  if (!messages) return [];
  const [kept] = messages;
  if (!kept) return ['No message came on its topics: check the topic, and whether the meter publishes at all.'];
  const fresh = messages.filter(({ isRetained }) => !isRetained);
  if (fresh.length === 0)
    return [`Only messages came that the broker had kept, on ${kept.topic}: they are of any age, and no readings.`];
  const problems = new Map(fresh.map((message) => [`${message.topic}: ${problemOf(message)}`, message]));
  const came = [...problems].map(
    ([problem, { payload }]) =>
      `A message came that says nothing: ${problem}. It reads: ${payloadExcerpt(payload.toString('utf8'))}`,
  );
  return [...came, ...pathHints(lookedFor)];
}

function problemOf({ problem = 'no news of this meter' }: HeardMessage): string {
  return problem;
}

function pathHints(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  const others = paths.length - MOST_PATHS;
  const more = others > 0 ? ` and ${others} more` : '';
  return [`The model looks for values at: ${paths.slice(0, MOST_PATHS).join(', ')}${more}`];
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

function unitOf(quantity: string): string {
  return isQuantity(quantity) ? QUANTITIES[quantity].unit : '';
}
