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
  const [first, ...others] = (await probe.findVoltages?.(nominalKv)) ?? [];
  if (!first) return [];
  const ways = [first, ...others].map(wayOf).join(', or ');
  const shown = Object.entries(first.values).map(
    ([quantity, value]) => `${quantity} ${rounded(value)} ${unitOf(quantity)}`,
  );
  return [`The voltages would make sense ${ways}: ${shown.join(', ')}.`];
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
export function messageHints(messages: readonly HeardMessage[] | undefined): readonly string[] {
  if (!messages) return [];
  const [kept] = messages;
  if (!kept) return ['No message came on its topics: check the topic, and whether the meter publishes at all.'];
  const fresh = messages.filter(({ isRetained }) => !isRetained);
  if (fresh.length === 0)
    return [`Only messages came that the broker had kept, on ${kept.topic}: they are of any age, and no readings.`];
  const problems = new Set(fresh.map(({ problem = 'no news of this meter', topic }) => `${topic}: ${problem}`));
  return [...problems].map((problem) => `A message came that says nothing: ${problem}.`);
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

function unitOf(quantity: string): string {
  return isQuantity(quantity) ? QUANTITIES[quantity].unit : '';
}
