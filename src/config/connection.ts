import { z } from 'zod';
import type { Connection, Parity } from '../domain/customer.ts';
import { endpointOf, queryOf, unitOf } from './address.ts';

const KINDS = ['modbus-tcp', 'rtu-over-tcp', 'rtu-serial', 'tcp-listen', 'rtu-listen', 'mqtt'] as const;

type Kind = (typeof KINDS)[number];

const FORM = {
  'modbus-tcp': 'modbus-tcp://HOST:PORT/UNIT',
  'rtu-over-tcp': 'rtu-over-tcp://HOST:PORT/UNIT',
  'rtu-serial': 'rtu-serial:///dev/PORT/UNIT',
  'tcp-listen': 'tcp-listen://HOST:PORT/UNIT',
  'rtu-listen': 'rtu-listen://HOST:PORT/UNIT',
  mqtt: 'mqtt://BROKER/TOPIC',
} as const satisfies Record<Kind, string>;

const FORMS = `${KINDS.slice(0, -1)
  .map((kind) => FORM[kind])
  .join(', ')} or ${FORM.mqtt}`;

type Parsed = { readonly connection: Connection } | { readonly expected: string };

/** What a probe is to call. Where the address has no unit, `unit` is undefined and the connection's is 1. */
export type ProbeAddress = { readonly connection: Connection; readonly unit: number | undefined };

/** Reads a meter's address; where it is wrong, says what was expected. IPv6 hosts stand in brackets. */
export function parseConnection(text: string): Parsed {
  const parsed = parse(text);
  if ('expected' in parsed) return parsed;
  const { connection, unit } = parsed;
  return connection.kind === 'mqtt' || unit !== undefined ? { connection } : { expected: formOf(connection.kind) };
}

/** The same for the tools, which also take 'tcp://HOST', 'tcp://HOST:PORT/UNIT' and 'rtu://HOST:PORT', all without a unit. */
export function parseProbeAddress(text: string): ProbeAddress | { readonly expected: string } {
  const [, kind, rest = ''] = /^(tcp|rtu):\/\/(.*)$/s.exec(text) ?? [];
  if (kind === 'rtu') return parse(`rtu-over-tcp://${rest}`);
  if (kind === 'tcp') return parse(`modbus-tcp://${withPort(rest)}`);
  const parsed = parse(text);
  const isUnknown = 'expected' in parsed && parsed.expected === `expected ${FORMS}`;
  return isUnknown ? { expected: `expected tcp://HOST:PORT/UNIT, rtu://HOST:PORT/UNIT, ${FORMS}` } : parsed;
}

/** The same as part of a schema. */
export const connection = z.string({ error: `expected ${FORMS}` }).transform((text, context): Connection => {
  const parsed = parseConnection(text);
  if ('connection' in parsed) return parsed.connection;
  context.addIssue({ code: 'custom', message: parsed.expected, input: text });
  return z.NEVER;
});

function parse(text: string): ProbeAddress | { readonly expected: string } {
  const [, scheme, body = '', query] = /^([a-z-]+):\/\/([^?]*)(?:\?(.*))?$/s.exec(text) ?? [];
  const kind = KINDS.find((known) => known === scheme);
  switch (kind) {
    case undefined:
      return { expected: `expected ${FORMS}` };
    case 'mqtt':
      return mqtt(body, query);
    case 'rtu-serial':
      return serial(body, query);
    case 'tcp-listen':
    case 'rtu-listen':
      return calling(kind, body, query);
    default:
      return called(kind, body, query);
  }
}

function called(kind: 'modbus-tcp' | 'rtu-over-tcp', body: string, query: string | undefined) {
  const rules = { canBeEmpty: false, firstUnit: firstUnitOf(kind) };
  const endpoint = query === undefined ? endpointOf(body, rules) : undefined;
  if (!endpoint) return { expected: formOf(kind) };
  if ('expected' in endpoint) return endpoint;
  const { host, port, unit } = endpoint.part;
  return { connection: { kind, host, port, unit: unit ?? 1 }, unit };
}

function calling(kind: 'tcp-listen' | 'rtu-listen', body: string, text: string | undefined) {
  const endpoint = endpointOf(body, { canBeEmpty: true, firstUnit: firstUnitOf(kind) });
  if (!endpoint) return { expected: formOf(kind) };
  const query = queryOf(text, ['registration', 'heartbeat']);
  const tooLong = [...query.found].flatMap(([key, value]) =>
    isModemText(value) ? [] : [`${key} of at most 256 bytes, as text or as hex:0A1B`],
  );
  const faults = [...query.expected, ...tooLong];
  if ('expected' in endpoint) return { expected: [endpoint.expected, ...faults].join('; ') };
  if (faults.length > 0) return expectedAll(faults);
  const { host, port, unit } = endpoint.part;
  const registration = query.found.get('registration');
  const heartbeat = query.found.get('heartbeat');
  const connection = {
    kind,
    // One name for all interfaces, so that one port has one listener.
    host: host === '0.0.0.0' || host === '::' ? '' : host,
    port,
    ...(registration !== undefined && { registration }),
    ...(heartbeat !== undefined && { heartbeat }),
    unit: unit ?? 1,
  };
  return { connection, unit };
}

function serial(body: string, query: string | undefined): ProbeAddress | { readonly expected: string } {
  const { path, number } = /^(?<path>\/\S*?[^\s/]|COM\d+)(?:\/(?<number>\d+))?$/.exec(body)?.groups ?? {};
  if (path === undefined) return { expected: formOf('rtu-serial') };
  const unit = unitOf(number, firstUnitOf('rtu-serial'));
  const settings = queryOf(query, ['baud', 'parity', 'stop_bits']);
  const { baud = '9600', parity = 'none', stop_bits = '1' } = Object.fromEntries(settings.found);
  const baudRate = Number(baud);
  const isSpeed = /^\d+$/.test(baud) && baudRate >= 300 && baudRate <= 4_000_000;
  const stopBits = STOP_BITS.find((bits) => String(bits) === stop_bits);
  const faults = [
    ...('expected' in unit ? [unit.expected.replace(/^expected /, '')] : []),
    ...settings.expected,
    ...(isSpeed ? [] : ['baud from 300 to 4000000']),
    ...(isParity(parity) ? [] : ['parity none, even or odd']),
    ...(stopBits === undefined ? ['stop_bits 1 or 2'] : []),
  ];
  if ('expected' in unit || !isParity(parity) || stopBits === undefined || faults.length > 0)
    return expectedAll(faults);
  return {
    connection: { kind: 'rtu-serial', path, baudRate, parity, stopBits, unit: unit.part ?? 1 },
    unit: unit.part,
  };
}

const STOP_BITS = [1, 2] as const;

function mqtt(body: string, query: string | undefined): ProbeAddress | { readonly expected: string } {
  const [, broker, topic] = /^([^\s/]+)\/(.+)$/s.exec(body) ?? [];
  if (broker === undefined || topic === undefined) return { expected: formOf('mqtt') };
  if (/[+#\0]/.test(topic)) return { expected: "expected the meter's own topic, without the wildcards + and #" };
  const select = queryOf(query);
  if (select.expected.length > 0) return expectedAll(select.expected);
  const chosen = select.found.size > 0 ? { select: Object.fromEntries(select.found) } : {};
  return { connection: { kind: 'mqtt', broker, topic, ...chosen }, unit: undefined };
}

/** Everything at once: what is wrong with one part does not hide what is wrong with another. */
function expectedAll(faults: readonly string[]): { readonly expected: string } {
  return { expected: `expected ${faults.join('; ')}` };
}

/** Modbus TCP devices that are alone behind their address may answer as 0. */
function firstUnitOf(kind: Kind): 0 | 1 {
  return kind === 'modbus-tcp' || kind === 'tcp-listen' ? 0 : 1;
}

function formOf(kind: Kind): string {
  const isHost = kind === 'modbus-tcp' || kind === 'rtu-over-tcp';
  return `expected ${FORM[kind]}${isHost ? ' (an IPv6 host in brackets)' : ''}`;
}

/** What a modem may send, as text or as bytes: no more than the listener takes. */
function isModemText(text: string): boolean {
  return text.startsWith('hex:') ? /^hex:(?:[\da-f]{2}){1,256}$/i.test(text) : Buffer.byteLength(text) <= 256;
}

function isParity(text: string): text is Parity {
  return text === 'none' || text === 'even' || text === 'odd';
}

/** Modbus TCP has a port of its own. */
function withPort(rest: string): string {
  const [, host, unit = ''] = /^(\[[^\]]*\]|[^:/]+)(\/\d*)?$/.exec(rest) ?? [];
  return host === undefined ? rest : `${host}:502${unit}`;
}
