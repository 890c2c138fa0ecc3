import { type Connection, lineOf } from '../domain/customer.ts';
import type { WebOptions } from '../web/options.ts';
import type { Origin, Path } from './origin.ts';
import type { Problem } from './problem.ts';

/** A meter's connection and where it stands. */
export interface PlacedConnection {
  readonly connection: Connection;
  readonly path: Path;
}

/** Where connections of one port or one line say different things about it. */
export function lineProblems(connections: readonly PlacedConnection[], origin: Origin): Problem[] {
  return contradictions(
    connections.flatMap(({ connection, path }) => claimsOf(connection).map((claim) => ({ ...claim, path }))),
    origin,
  );
}

/** Ports that modems are to call on and that the status page has, each told once. Undefined: nobody knows the page's. */
export function webPortProblems(
  connections: readonly PlacedConnection[],
  web: WebOptions | undefined,
  origin: Origin,
): Problem[] {
  if (!web?.enabled) return [];
  const clash = connections.find(({ connection }) => {
    const isListening = connection.kind === 'tcp-listen' || connection.kind === 'rtu-listen';
    return isListening && connection.port === web.port && haveCommonAddress(connection.host, web.host);
  });
  if (!clash) return [];
  const expected = `expected another port than that of the status page (web: ${web.host} port ${web.port})`;
  return [origin.problem(clash.path, `${expected}, found listening port ${web.port}`)];
}

const ALL_INTERFACES: readonly string[] = ['', '0.0.0.0', '::'];
const THIS_MACHINE: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Whether two listeners of one port would be in each other's way. */
function haveCommonAddress(one: string, other: string): boolean {
  const hosts = [one.toLowerCase(), other.toLowerCase()];
  if (hosts.some((host) => ALL_INTERFACES.includes(host)) || hosts[0] === hosts[1]) return true;
  return hosts.includes('localhost') && hosts.every((host) => THIS_MACHINE.includes(host));
}

/** What a connection says about something that it may share with others. */
interface Claim {
  readonly about: string;
  /** Which of the things that can be said about it. */
  readonly aspect: 'protocol' | 'host' | 'settings' | 'registration' | 'heartbeat';
  readonly says: string;
}

function claimsOf(connection: Connection): Claim[] {
  switch (connection.kind) {
    case 'mqtt':
      return [];
    case 'rtu-serial': {
      const { path, baudRate, parity, stopBits } = connection;
      return [{ about: path, aspect: 'settings', says: `baud=${baudRate}&parity=${parity}&stop_bits=${stopBits}` }];
    }
    case 'tcp-listen':
    case 'rtu-listen': {
      const { kind, host, port, registration, heartbeat } = connection;
      const about = `listening port ${port}`;
      return [
        { about, aspect: 'protocol', says: kind },
        { about, aspect: 'host', says: host === '' ? 'all interfaces' : host },
        { about, aspect: 'registration', says: registration === undefined ? 'no registration' : 'a registration' },
        {
          about: lineOf(connection),
          aspect: 'heartbeat',
          says: heartbeat === undefined ? 'no heartbeat' : `the heartbeat "${heartbeat}"`,
        },
      ];
    }
    default:
      // A gateway's port speaks Modbus TCP or RTU frames, never both.
      return [{ about: `${connection.host}:${connection.port}`, aspect: 'protocol', says: connection.kind }];
  }
}

function contradictions(claims: readonly (Claim & { readonly path: Path })[], origin: Origin): Problem[] {
  const first = new Map<string, Claim & { readonly path: Path }>();
  const problems: Problem[] = [];
  for (const claim of claims) {
    const { about, aspect, says, path } = claim;
    const key = `${aspect} ${about}`;
    const earlier = first.get(key);
    if (!earlier) first.set(key, claim);
    if (!earlier || earlier.says === says) continue;
    const expected = `expected ${earlier.says} as on line ${origin.lineOf(earlier.path)} for ${about}`;
    problems.push(origin.problem(path, `${expected}, found ${says}`));
  }
  return problems;
}
