import { describe, expect, it } from 'vitest';
import { modbusOptions, mqttOptions } from '../../src/meters/options.ts';

describe('the options', () => {
  it('have their defaults', () => {
    expect(modbusOptions.parse(undefined)).toEqual({
      timeout: 1_000,
      connectTimeout: 3_000,
      retries: 0,
      pauseAfterConnect: 0,
      pauseBetweenRequests: 0,
      closeAfterPoll: false,
      slowInterval: 60_000,
      probeInterval: 30_000,
    });
    expect(mqttOptions.parse(undefined)).toEqual({ brokers: [] });
    expect(mqttOptions.parse({ brokers: [{ id: 'main', url: 'mqtt://127.0.0.1:1883' }] })).toMatchObject({
      brokers: [
        {
          id: 'main',
          url: 'mqtt://127.0.0.1:1883',
          clientId: 'pq-butler',
          protocol: '3.1.1',
          keepalive: 20_000,
        },
      ],
    });
  });

  it('are taken as given, and the password does not show itself', () => {
    expect(modbusOptions.parse({ timeout: '250ms', probe_interval: '1m' })).toMatchObject({
      timeout: 250,
      probeInterval: 60_000,
    });
    const broker = { id: 'main', url: 'mqtts://broker:8883', client_id: 'b2', username: 'u', password: 'top' };
    const parsed = mqttOptions.parse({ brokers: [broker] });
    expect(parsed.brokers[0]?.password?.reveal()).toBe('top');
    expect(JSON.stringify(parsed)).not.toContain('top');
  });

  it.each([
    ['an unknown key', { brokers: [{ id: 'a', url: 'mqtt://h:1', qos: 0 }] }],
    ['a user name without a password', { brokers: [{ id: 'a', url: 'mqtt://h:1', username: 'u' }] }],
    ['another protocol', { brokers: [{ id: 'a', url: 'http://h:1' }] }],
    ['a password in the address', { brokers: [{ id: 'a', url: 'mqtt://u:p@h:1' }] }],
  ])('refuse %s', (_, section) => {
    expect(mqttOptions.safeParse(section).success).toBe(false);
  });

  it('refuse a key of the Modbus section that does not exist', () => {
    expect(modbusOptions.safeParse({ time_out: '1s' }).success).toBe(false);
  });
});
