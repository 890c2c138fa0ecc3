import { describe, expect, it } from 'vitest';
import { brokerFiles, mqttOptions, withBrokerFiles } from '../../src/meters/options.ts';

const TLS = {
  id: 'main',
  url: 'mqtts://broker:8883',
  ca_file: 'ca.pem',
  cert_file: 'client.pem',
  key_file: 'client.key',
  key_password: 'k3y-pass',
  server_name: 'broker.grid.example',
};

function parse(...brokers: readonly object[]) {
  return mqttOptions.parse({ brokers });
}

describe("a broker's options", () => {
  it('speak MQTT 3.1.1 unless 5 is asked for, as a number or as text', () => {
    const [usual, number, text] = parse(
      { id: 'a', url: 'mqtt://h:1' },
      { id: 'b', url: 'mqtt://h:2', protocol: 5 },
      { id: 'c', url: 'mqtt://h:3', protocol: '5', keepalive: '5s' },
    ).brokers;
    expect(usual).toEqual({ id: 'a', url: 'mqtt://h:1', clientId: 'pq-butler', protocol: '3.1.1', keepalive: 20_000 });
    expect(number?.protocol).toBe('5');
    expect(text).toMatchObject({ protocol: '5', keepalive: 5_000 });
  });

  it('name the files for TLS, and hide the password of the key', () => {
    const options = parse({ id: 'plain', url: 'mqtt://h:1' }, TLS);
    expect(brokerFiles(options)).toEqual([
      { path: ['mqtt', 'brokers', 1, 'ca_file'], file: 'ca.pem' },
      { path: ['mqtt', 'brokers', 1, 'cert_file'], file: 'client.pem' },
      { path: ['mqtt', 'brokers', 1, 'key_file'], file: 'client.key' },
    ]);
    const placed = withBrokerFiles(options, (name) => `/etc/pq/${name}`);
    expect(placed.brokers[0]).toEqual(options.brokers[0]);
    expect(brokerFiles(placed).map(({ file }) => file)).toEqual([
      '/etc/pq/ca.pem',
      '/etc/pq/client.pem',
      '/etc/pq/client.key',
    ]);
    expect(placed.brokers[1]?.keyPassword?.reveal()).toBe('k3y-pass');
    expect(JSON.stringify(placed)).not.toContain('k3y-pass');
  });

  it.each([
    ['a certificate without its key', { ...TLS, key_file: undefined, key_password: undefined }, 'key_file'],
    ['a key without its certificate', { ...TLS, cert_file: undefined }, 'cert_file'],
    ['a password without a key', { ...TLS, cert_file: undefined, key_file: undefined }, 'key_file'],
    ['an authority without TLS', { id: 'a', url: 'mqtt://h:1', ca_file: 'ca.pem' }, 'ca_file'],
    ['another version', { id: 'a', url: 'mqtt://h:1', protocol: '3.1' }, 'protocol'],
    ['a keepalive that finds a dead line too late', { id: 'a', url: 'mqtt://h:1', keepalive: '1m' }, 'keepalive'],
    ['a way not to check the certificate', { ...TLS, verify: false }, ''],
    ['a client id in the address', { id: 'a', url: 'mqtt://h:1?clientId=x' }, 'url'],
    ['a path in the address', { id: 'a', url: 'mqtt://h:1/ws' }, 'url'],
  ])('refuse %s', (_, broker, key) => {
    const result = mqttOptions.safeParse({ brokers: [broker] });
    const path = ['brokers', 0, ...(key === '' ? [] : [key])];
    expect(result.error?.issues.map((issue) => issue.path)).toContainEqual(path);
  });
});
