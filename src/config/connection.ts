import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Connection } from '../domain/customer.ts';

const FORMS = 'modbus-tcp://HOST:PORT/UNIT, rtu-over-tcp://HOST:PORT/UNIT or mqtt://BROKER/TOPIC';

type Parsed = { readonly connection: Connection } | { readonly expected: string };

/** Reads a meter's address; where it is wrong, says what was expected. IPv6 hosts stand in brackets. */
export function parseConnection(text: string): Parsed {
  const [, kind, rest] = /^(modbus-tcp|rtu-over-tcp|mqtt):\/\/(.*)$/.exec(text) ?? [];
  if (rest === undefined) return { expected: `expected ${FORMS}` };
  if (kind === 'modbus-tcp' || kind === 'rtu-over-tcp') return modbus(kind, rest);
  return mqtt(rest);
}

/** The same as part of a schema. */
export const connection = z.string({ error: `expected ${FORMS}` }).transform((text, context): Connection => {
  const parsed = parseConnection(text);
  if ('connection' in parsed) return parsed.connection;
  context.addIssue({ code: 'custom', message: parsed.expected, input: text });
  return z.NEVER;
});

function modbus(kind: 'modbus-tcp' | 'rtu-over-tcp', rest: string): Parsed {
  const parts = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^\s:/[\]]+)):(?<port>\d+)\/(?<unit>\d+)$/.exec(rest)?.groups;
  if (!parts) return { expected: `expected ${kind}://HOST:PORT/UNIT (an IPv6 host in brackets)` };
  const host = (parts.ipv6 ?? parts.name ?? '').toLowerCase();
  if (parts.ipv6 === undefined ? !isHost(host) : !isIPv6(host)) {
    return { expected: 'expected a host name, an IPv4 address or an IPv6 address in brackets' };
  }
  const port = Number(parts.port);
  if (port < 1 || port > 65_535) return { expected: 'expected a port from 1 to 65535' };
  const unit = Number(parts.unit);
  if (unit > 255) return { expected: 'expected a unit from 0 to 255' };
  return { connection: { kind, host, port, unit } };
}

/** Labels of letters, digits, '-' and '_' between dots; one of digits and dots alone must be an IPv4 address. */
function isHost(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return isIP(host) === 4;
  return host.length <= 253 && host.split('.').every((label) => /^[a-z\d](?:[\w-]*[a-z\d])?$/.test(label));
}

function mqtt(rest: string): Parsed {
  const [, broker, topic] = /^([^\s/]+)\/(.+)$/s.exec(rest) ?? [];
  if (broker === undefined || topic === undefined) return { expected: 'expected mqtt://BROKER/TOPIC' };
  if (/[+#\0]/.test(topic)) return { expected: "expected the meter's own topic, without the wildcards + and #" };
  return { connection: { kind: 'mqtt', broker, topic } };
}
