import { type Connection, lineOf } from '../domain/customer.ts';
import type { Origin, Path } from './origin.ts';
import type { Problem } from './problem.ts';

/** A meter's connection and where it stands. */
export interface PlacedConnection {
  readonly connection: Connection;
  readonly path: Path;
}

/** What tells each meter from every other: the line, and the unit or the topic on it. */
export function addresses(connections: readonly PlacedConnection[]): { readonly key: string; readonly path: Path }[] {
  return connections.map(({ connection, path }) => ({ key: addressOf(connection), path }));
}

function addressOf(connection: Connection): string {
  if (connection.kind !== 'mqtt') return `${lineOf(connection)}/${connection.unit}`;
  const select = Object.entries(connection.select ?? {}).map(([field, value]) => `${field}=${value}`);
  const chosen = select.length === 0 ? '' : `?${select.sort().join('&')}`;
  return `${lineOf(connection)}/${connection.topic}${chosen}`;
}

/** Where connections of one port or one line say different things about it. */
export function lineProblems(connections: readonly PlacedConnection[], origin: Origin): Problem[] {
  return contradictions(
    connections.flatMap(({ connection, path }) => claimsOf(connection).map((claim) => ({ ...claim, path }))),
    origin,
  );
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
