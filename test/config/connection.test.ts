import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/config/connection.ts';
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
    const unit = fc.integer({ min: 0, max: 255 });

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
