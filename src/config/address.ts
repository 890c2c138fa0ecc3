import { isIP, isIPv6 } from 'node:net';

/** A part of an address, or what was expected in its place. */
export type Part<T> = { readonly part: T } | { readonly expected: string };

export interface Endpoint {
  /** In small letters; '' for all interfaces. */
  readonly host: string;
  readonly port: number;
  readonly unit: number | undefined;
}

/** 'HOST:PORT/UNIT' or 'HOST:PORT'; undefined where it has another form. `canBeEmpty`: the host, for all interfaces. */
export function endpointOf(text: string, canBeEmpty = false): Part<Endpoint> | undefined {
  const parts = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^\s:/[\]]*)):(?<port>\d+)(?:\/(?<unit>\d+))?$/.exec(text)?.groups;
  if (!parts || (parts.ipv6 === undefined && parts.name === '' && !canBeEmpty)) return undefined;
  const host = (parts.ipv6 ?? parts.name ?? '').toLowerCase();
  const isGood = parts.ipv6 === undefined ? host === '' || isHost(host) : isIPv6(host);
  if (!isGood) return { expected: 'expected a host name, an IPv4 address or an IPv6 address in brackets' };
  const port = Number(parts.port);
  if (port < 1 || port > 65_535) return { expected: 'expected a port from 1 to 65535' };
  const unit = unitOf(parts.unit);
  return 'expected' in unit ? unit : { part: { host, port, unit: unit.part } };
}

/** The unit at the end of an address; absent it is undefined. */
export function unitOf(text: string | undefined): Part<number | undefined> {
  if (text === undefined) return { part: undefined };
  return Number(text) > 255 ? { expected: 'expected a unit from 0 to 255' } : { part: Number(text) };
}

/**
 * What stands behind the '?': 'key=value&key=value', values percent-decoded, each key once. `keys` are those that there
 * may be; any, where they are not given.
 */
export function queryOf(text: string | undefined, keys?: readonly string[]): Part<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const pair of text === undefined ? [] : text.split('&')) {
    const [, key, value] = /^([^=]+)=(.+)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) return { expected: 'expected key=value&key=value behind the ?' };
    if (keys && !keys.includes(key)) return { expected: `expected only ${keys.join(', ')} behind the ?` };
    if (found.has(key)) return { expected: `expected ${key} once` };
    const decoded = percentDecoded(value);
    if (decoded === undefined) return { expected: `expected two hexadecimal digits behind each % of ${key}` };
    found.set(key, decoded);
  }
  return { part: found };
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
