import { isIP, isIPv6 } from 'node:net';

/** A part of an address, or what was expected in its place. */
export type Part<T> = { readonly part: T } | { readonly expected: string };

export interface Endpoint {
  /** In small letters; '' for all interfaces. */
  readonly host: string;
  readonly port: number;
  readonly unit: number | undefined;
}

/** What an endpoint may be. `canBeEmpty`: the host, for all interfaces. `firstUnit`: the lowest unit. */
export interface EndpointRules {
  readonly canBeEmpty: boolean;
  readonly firstUnit: 0 | 1;
}

/** 'HOST:PORT/UNIT' or 'HOST:PORT'; undefined where it has another form. */
export function endpointOf(text: string, { canBeEmpty, firstUnit }: EndpointRules): Part<Endpoint> | undefined {
  const parts = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^\s:/[\]]*)):(?<port>\d+)(?:\/(?<unit>\d+))?$/.exec(text)?.groups;
  if (!parts || (parts.ipv6 === undefined && parts.name === '' && !canBeEmpty)) return undefined;
  const host = (parts.ipv6 ?? parts.name ?? '').toLowerCase();
  const isGood = parts.ipv6 === undefined ? host === '' || isHost(host) : isIPv6(host);
  if (!isGood) return { expected: 'expected a host name, an IPv4 address or an IPv6 address in brackets' };
  const port = Number(parts.port);
  if (port < 1 || port > 65_535) return { expected: 'expected a port from 1 to 65535' };
  const unit = unitOf(parts.unit, firstUnit);
  return 'expected' in unit ? unit : { part: { host, port, unit: unit.part } };
}

/**
 * The unit at the end of an address; absent it is undefined. `from`: the lowest that there may be. In RTU frames 0 is a
 * broadcast, which nobody answers (Modbus over serial line 1.02, 2.2).
 */
export function unitOf(text: string | undefined, from: 0 | 1): Part<number | undefined> {
  if (text === undefined) return { part: undefined };
  const isBroadcast = from > 0 && Number(text) === 0;
  if (isBroadcast)
    return { expected: 'expected a unit from 1 to 255 (in RTU frames 0 is a broadcast, without an answer)' };
  return Number(text) > 255 ? { expected: `expected a unit from ${from} to 255` } : { part: Number(text) };
}

/** What stands behind a '?', as far as it can be read, and what was expected where it cannot. */
export interface Query {
  readonly found: ReadonlyMap<string, string>;
  /** Without the word 'expected'. */
  readonly expected: readonly string[];
}

/**
 * What stands behind the '?': 'key=value&key=value', values percent-decoded, each key once. `keys` are those that there
 * may be; any, where they are not given.
 */
export function queryOf(text: string | undefined, keys?: readonly string[]): Query {
  const found = new Map<string, string>();
  const expected = new Set<string>();
  for (const pair of text === undefined ? [] : text.split('&')) {
    const [, key, value] = /^([^=]+)=(.+)$/s.exec(pair) ?? [];
    const decoded = value === undefined ? undefined : percentDecoded(value);
    if (key === undefined || value === undefined) expected.add('key=value&key=value behind the ?');
    else if (keys && !keys.includes(key)) expected.add(`only ${keys.join(', ')} behind the ?`);
    else if (found.has(key)) expected.add(`${key} once`);
    else if (decoded === undefined) expected.add(`two hexadecimal digits behind each % of ${key}`);
    else found.set(key, decoded);
  }
  return { found, expected: [...expected] };
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The only thing it throws is a URIError.
    return undefined;
  }
}

/** Labels of letters, digits, '-' and '_' between dots; one of digits and dots alone must be an IPv4 address. */
function isHost(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return isIP(host) === 4;
  return host.length <= 253 && host.split('.').every((label) => /^[a-z\d](?:[\w-]*[a-z\d])?$/.test(label));
}
