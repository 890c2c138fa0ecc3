import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnection, parseProbeAddress } from '../../src/config/connection.ts';
import { lineOf } from '../../src/domain/customer.ts';

describe('a connection', () => {
  it.each([
    ['modbus-tcp://192.0.2.1:502/1', { kind: 'modbus-tcp', host: '192.0.2.1', port: 502, unit: 1 }],
    [
      'rtu-over-tcp://gateway.example:4001/247',
      { kind: 'rtu-over-tcp', host: 'gateway.example', port: 4001, unit: 247 },
    ],
    ['modbus-tcp://Gateway_7:1/0', { kind: 'modbus-tcp', host: 'gateway_7', port: 1, unit: 0 }],
    ['modbus-tcp://[2001:DB8::1]:65535/255', { kind: 'modbus-tcp', host: '2001:db8::1', port: 65_535, unit: 255 }],
    ['mqtt://main/t', { kind: 'mqtt', broker: 'main', topic: 't' }],
    ['mqtt://main//site/Hall 1/电表', { kind: 'mqtt', broker: 'main', topic: '/site/Hall 1/电表' }],
  ])('%s', (text, connection) => {
    expect(parseConnection(text)).toEqual({ connection });
  });

  it.each([
    '',
    'modbus-tcp://',
    'modbus-tcp:192.0.2.1:502/1',
    'modbus-tcp://192.0.2.1/1',
    'modbus-tcp://192.0.2.1:502/1/2',
    'modbus-tcp://192.0.2.1:502/x',
    'modbus-tcp://192.0.2.1:502/-1',
    'modbus-tcp://a b:502/1',
    'modbus-tcp://user@host:502/1',
    'modbus-tcp://host-:502/1',
    'modbus-tcp://a..b:502/1',
    'modbus-tcp://[192.0.2.1]:502/1',
    'modbus-tcp://1.2.3:502/1',
    `modbus-tcp://${'a'.repeat(100)}!:502/1`,
    'mqtt://',
    'mqtt://main/',
    'mqtt:///topic',
    'mqtt://main/a/#',
    ' mqtt://main/a',
  ])('is not %j', (text) => {
    expect(parseConnection(text)).toEqual({ expected: expect.stringMatching(/^expected /) });
  });

  it('of Modbus is what its line and unit say', () => {
    const kind = fc.constantFrom('modbus-tcp', 'rtu-over-tcp');
    const host = fc.oneof(fc.ipV4(), fc.domain());
    const port = fc.integer({ min: 1, max: 65_535 });
    const unit = fc.integer({ min: 1, max: 255 });

    fc.assert(
      fc.property(kind, host, port, unit, (k, h, p, u) => {
        const parsed = parseConnection(`${k}://${h}:${p}/${u}`);

        if (!('connection' in parsed)) throw new Error(parsed.expected);
        expect(lineOf(parsed.connection)).toBe(`${k}://${h.toLowerCase()}:${p}`);
        expect(parsed.connection).toHaveProperty('unit', u);
      }),
    );
  });
});

describe('a serial connection', () => {
  it.each([
    ['rtu-serial:///dev/ttyUSB0/7', { path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', stopBits: 1, unit: 7 }],
    [
      'rtu-serial:///dev/serial/by-id/a-b/1?baud=19200&parity=even&stop_bits=2',
      { path: '/dev/serial/by-id/a-b', baudRate: 19_200, parity: 'even', stopBits: 2, unit: 1 },
    ],
    ['rtu-serial://COM3/1', { path: 'COM3', baudRate: 9600, parity: 'none', stopBits: 1, unit: 1 }],
  ])('%s', (text, parts) => {
    expect(parseConnection(text)).toEqual({ connection: { kind: 'rtu-serial', ...parts } });
  });

  it.each([
    ['rtu-serial:///dev/ttyUSB0', 'rtu-serial:///dev/PORT/UNIT'],
    ['rtu-serial://ttyUSB0/1', 'rtu-serial:///dev/PORT/UNIT'],
    ['rtu-serial:///dev/ttyUSB0/256', 'a unit from 1 to 255'],
    ['rtu-serial:///dev/ttyUSB0/1?baud=fast', 'baud from 300 to 4000000'],
    ['rtu-serial:///dev/ttyUSB0/1?parity=mark', 'parity none, even or odd'],
    ['rtu-serial:///dev/ttyUSB0/1?stop_bits=3', 'stop_bits 1 or 2'],
    ['rtu-serial:///dev/ttyUSB0/1?speed=9600', 'only baud, parity, stop_bits behind the ?'],
    ['rtu-serial:///dev/ttyUSB0/1?baud=9600&baud=4800', 'baud once'],
    ['rtu-serial:///dev/ttyUSB0/1?baud', 'key=value&key=value behind the ?'],
    [
      'rtu-serial:///dev/ttyUSB0/300?baud=fast&speed=9600&parity=mark&stop_bits=3&parity=odd',
      [
        'a unit from 1 to 255',
        'only baud, parity, stop_bits behind the ?',
        'parity once',
        'baud from 300 to 4000000',
        'parity none, even or odd',
        'stop_bits 1 or 2',
      ].join('; '),
    ],
  ])('is not %s', (text, expected) => {
    expect(parseConnection(text)).toEqual({ expected: `expected ${expected}` });
  });
});

describe('a connection that calls us', () => {
  it.each([
    ['tcp-listen://:5020/1', { kind: 'tcp-listen', host: '', port: 5020, unit: 1 }],
    ['rtu-listen://0.0.0.0:5020/3', { kind: 'rtu-listen', host: '', port: 5020, unit: 3 }],
    ['rtu-listen://[::]:5020/3', { kind: 'rtu-listen', host: '', port: 5020, unit: 3 }],
    [
      'rtu-listen://192.0.2.1:5020/1?registration=DTU%201&heartbeat=hex:00FF',
      { kind: 'rtu-listen', host: '192.0.2.1', port: 5020, registration: 'DTU 1', heartbeat: 'hex:00FF', unit: 1 },
    ],
    [
      'tcp-listen://:5020/1?registration=a+b%26%0D%0A',
      { kind: 'tcp-listen', host: '', port: 5020, registration: 'a+b&\r\n', unit: 1 },
    ],
  ])('%s', (text, connection) => {
    expect(parseConnection(text)).toEqual({ connection });
  });

  it.each([
    ['tcp-listen://5020/1', 'tcp-listen://HOST:PORT/UNIT'],
    ['tcp-listen://:5020', 'tcp-listen://HOST:PORT/UNIT'],
    ['tcp-listen://:0/1', 'a port from 1 to 65535'],
    ['rtu-listen://:5020/1?registration=hex:0', 'registration of at most 256 bytes, as text or as hex:0A1B'],
    [`rtu-listen://:5020/1?heartbeat=${'x'.repeat(257)}`, 'heartbeat of at most 256 bytes, as text or as hex:0A1B'],
    ['rtu-listen://:5020/1?registration=%zz', 'two hexadecimal digits behind each % of registration'],
    ['rtu-listen://:5020/1?registration=', 'key=value&key=value behind the ?'],
    [
      `rtu-listen://:5020/256?registration=hex:0&heartbeat=${'x'.repeat(257)}`,
      [
        'a unit from 1 to 255',
        'registration of at most 256 bytes, as text or as hex:0A1B',
        'heartbeat of at most 256 bytes, as text or as hex:0A1B',
      ].join('; '),
    ],
  ])('is not %s', (text, expected) => {
    expect(parseConnection(text)).toEqual({ expected: `expected ${expected}` });
  });
});

describe('the unit 0', () => {
  it.each(['rtu-over-tcp://h:502/0', 'rtu-serial:///dev/ttyUSB0/0', 'rtu-listen://:5020/00'])(
    'is a broadcast in RTU frames, and no meter: %s',
    (text) => {
      expect(parseConnection(text)).toEqual({
        expected: 'expected a unit from 1 to 255 (in RTU frames 0 is a broadcast, without an answer)',
      });
      expect(parseProbeAddress(text)).toHaveProperty('expected');
    },
  );

  it.each(['modbus-tcp://h:502/0', 'tcp-listen://:5020/0'])('may be a meter: %s', (text) => {
    expect(parseConnection(text)).toMatchObject({ connection: { unit: 0 } });
  });
});

it('a topic may say which payloads on it speak for the meter', () => {
  expect(parseConnection('mqtt://main//neuron/x?node=plc%201&group=a')).toEqual({
    connection: { kind: 'mqtt', broker: 'main', topic: '/neuron/x', select: { node: 'plc 1', group: 'a' } },
  });
  expect(parseConnection('mqtt://main/x?')).toHaveProperty('expected');
});

describe('the address of a probe', () => {
  const called = { kind: 'modbus-tcp', host: '192.0.2.1', port: 502 };

  it.each([
    ['tcp://192.0.2.1', { connection: { ...called, unit: 1 }, unit: undefined }],
    ['tcp://192.0.2.1/7', { connection: { ...called, unit: 7 }, unit: 7 }],
    ['tcp://192.0.2.1:1502/7', { connection: { ...called, port: 1502, unit: 7 }, unit: 7 }],
    ['tcp://[::1]/7', { connection: { ...called, host: '::1', unit: 7 }, unit: 7 }],
    ['modbus-tcp://192.0.2.1:502', { connection: { ...called, unit: 1 }, unit: undefined }],
    ['rtu://192.0.2.1:4001', { connection: { ...called, kind: 'rtu-over-tcp', port: 4001, unit: 1 }, unit: undefined }],
    ['tcp-listen://:5020', { connection: { kind: 'tcp-listen', host: '', port: 5020, unit: 1 }, unit: undefined }],
  ])('%s', (text, parsed) => {
    expect(parseProbeAddress(text)).toEqual(parsed);
  });

  it('is a serial port too', () => {
    expect(parseProbeAddress('rtu-serial:///dev/ttyUSB0?baud=4800')).toMatchObject({
      connection: { path: '/dev/ttyUSB0', baudRate: 4800 },
      unit: undefined,
    });
  });

  it.each(['192.0.2.1', 'tcp://', 'tcp://192.0.2.1:0', 'rtu://192.0.2.1', 'http://192.0.2.1'])('is not %s', (text) => {
    expect(parseProbeAddress(text)).toEqual({ expected: expect.stringMatching(/^expected /) });
  });

  it('is no form of a connection', () => {
    expect(parseConnection('tcp://192.0.2.1:502/1')).toHaveProperty('expected');
  });
});
