import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/config/connection.ts';
import { lineProblems, type PlacedConnection, webPortProblems } from '../../src/config/line-checks.ts';
import { Origin } from '../../src/config/origin.ts';
import { edited, lineOf, told } from './config-folder.ts';

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

describe('a port that modems call on', () => {
  const WEB = { enabled: true, host: '127.0.0.1', port: 8080 };

  function clash(address: string, web: Partial<typeof WEB> = {}): string[] {
    const { connections, origin } = placed('modbus-tcp://192.0.2.1:8080/1', address, address.replace(/1$/, '2'));
    return webPortProblems(connections, { ...WEB, ...web }, origin).map(({ line, message }) => `${line} ${message}`);
  }

  it.each([
    ['tcp-listen://:8080/1', '127.0.0.1'],
    ['rtu-listen://127.0.0.1:8080/1', '127.0.0.1'],
    ['rtu-listen://192.0.2.1:8080/1', '0.0.0.0'],
    ['rtu-listen://192.0.2.1:8080/1', '::'],
    ['tcp-listen://Localhost:8080/1', '::1'],
  ])('is not that of the status page: %s beside %s', (address, host) => {
    expect(clash(address, { host })).toEqual([
      `2 expected another port than that of the status page (web: ${host} port 8080), found listening port 8080`,
    ]);
  });

  it('is compared with the one that the page has of itself, and not beside a wrong section', () => {
    const config = edited('modbus-tcp://192.0.2.1:502/1', 'tcp-listen://:8080/1');
    const path = 'customers[0].supply_points[0].meters[0].connection';
    expect(told(config)).toEqual([
      expect.stringContaining(`pq-butler.yaml:${lineOf(config, ':8080/1')}  ${path}: expected another port than`),
    ]);
    expect(told(`${config}web: { port: 8081 }\n`)).toEqual([]);
    expect(told(`${config}web: { port: http }\n`)).toEqual([expect.stringContaining('web.port: expected a number')]);
  });

  it.each([
    ['another port', 'tcp-listen://:8081/1', {}],
    ['another address', 'tcp-listen://192.0.2.1:8080/1', {}],
    ['no status page', 'tcp-listen://:8080/1', { enabled: false }],
    ['a page on any free port', 'tcp-listen://:8080/1', { port: 0 }],
  ])('may be its with %s', (_, address, web) => {
    expect(clash(address, web)).toEqual([]);
  });
});
