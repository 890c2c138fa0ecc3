import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/config/connection.ts';
import { addresses, lineProblems, type PlacedConnection } from '../../src/config/line-checks.ts';
import { Origin } from '../../src/config/origin.ts';

/** Each connection on a line of its own, from line 1. */
function placed(...texts: readonly string[]): { connections: PlacedConnection[]; origin: Origin } {
  const origin = new Origin('customers.yaml');
  const connections = texts.map((text, index): PlacedConnection => {
    const path = ['meters', index, 'connection'];
    origin.note(path, { line: index + 1 });
    const parsed = parseConnection(text);
    if ('expected' in parsed) throw new Error(`${text}: ${parsed.expected}`);
    return { connection: parsed.connection, path };
  });
  return { connections, origin };
}

function problemsOf(...texts: readonly string[]): string[] {
  const { connections, origin } = placed(...texts);
  return lineProblems(connections, origin).map(({ line, message }) => `${line} ${message}`);
}

describe('meters that share a port', () => {
  it('have no problem where they agree', () => {
    const texts = [
      'modbus-tcp://192.0.2.1:502/1',
      'modbus-tcp://192.0.2.1:502/2',
      'rtu-over-tcp://192.0.2.1:503/1',
      'rtu-serial:///dev/ttyUSB0/1?baud=19200',
      'rtu-serial:///dev/ttyUSB0/2?baud=19200&parity=none',
      'rtu-listen://:5020/1?registration=A&heartbeat=PING',
      'rtu-listen://0.0.0.0:5020/2?registration=A&heartbeat=PING',
      'rtu-listen://:5020/1?registration=B',
      'mqtt://main/x',
      'mqtt://main/x?a=1',
    ];
    expect(problemsOf(...texts)).toEqual([]);
  });

  it.each([
    [
      ['modbus-tcp://h:502/1', 'rtu-over-tcp://h:502/2'],
      'expected modbus-tcp as on line 1 for h:502, found rtu-over-tcp',
    ],
    [
      ['tcp-listen://:5020/1', 'rtu-listen://:5020/2'],
      'expected tcp-listen as on line 1 for listening port 5020, found rtu-listen',
    ],
    [
      ['tcp-listen://:5020/1', 'tcp-listen://192.0.2.1:5020/2'],
      'expected all interfaces as on line 1 for listening port 5020, found 192.0.2.1',
    ],
    [
      ['tcp-listen://:5020/1?registration=A', 'tcp-listen://:5020/2'],
      'expected a registration as on line 1 for listening port 5020, found no registration',
    ],
    [
      ['tcp-listen://:5020/1?registration=A&heartbeat=PING', 'tcp-listen://:5020/2?registration=A'],
      'expected the heartbeat "PING" as on line 1 for tcp-listen://:5020?registration=A, found no heartbeat',
    ],
    [
      ['rtu-serial:///dev/ttyUSB0/1', 'rtu-serial:///dev/ttyUSB0/2?baud=19200'],
      'expected baud=9600&parity=none&stop_bits=1 as on line 1 for /dev/ttyUSB0, found baud=19200&parity=none&stop_bits=1',
    ],
  ])('must agree: %j', (texts, problem) => {
    expect(problemsOf(...texts)).toEqual([`2 ${problem}`]);
  });
});

it('an address is the line and what is on it', () => {
  const { connections } = placed(
    'rtu-listen://:5020/1?registration=A',
    'rtu-listen://:5020/1?registration=B',
    'rtu-serial:///dev/ttyUSB0/1?baud=19200',
    'mqtt://main/x',
    'mqtt://main/x?b=2&a=1',
    'mqtt://main/x?a=1&b=2',
  );
  expect(addresses(connections).map(({ key }) => key)).toEqual([
    'rtu-listen://:5020?registration=A/1',
    'rtu-listen://:5020?registration=B/1',
    'rtu-serial:///dev/ttyUSB0/1',
    'mqtt://main/x',
    'mqtt://main/x?a=1&b=2',
    'mqtt://main/x?a=1&b=2',
  ]);
});
