import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Mosquitto } from '../../servers/mosquitto.ts';
import { describeWith } from '../../servers/require-server.ts';
import { newFolder } from '../../store/temporary-folder.ts';
import { Authority, type Certificate } from './certificates.ts';
import {
  connections,
  DOWN,
  log,
  opened,
  PATIENT,
  REFUSED,
  sessions,
  told,
  useConnections,
} from './connection-bench.ts';

describeWith('mosquitto', 'a broker that lets only known users in', (path) => {
  useConnections();
  const broker = new Mosquitto(path, { users: { butler: 'corr3ct-horse' } });
  beforeAll(() => broker.start());
  afterAll(() => broker.remove());

  it.each(['3.1.1', '5'])('takes the user name and the password (%s)', async (protocol) => {
    opened({ url: broker.url, protocol, username: 'butler', password: 'corr3ct-horse' });
    await connections(1);
  });

  it.each(['3.1.1', '5'])('is left alone after a wrong password, and a person is asked (%s)', async (protocol) => {
    opened({ url: broker.url, protocol, username: 'butler', password: 'wr0ng-donkey' });
    await expect.poll(told, PATIENT).toMatchObject([{ line: REFUSED }]);
    expect(sessions).toEqual([]);
    expect(JSON.stringify(log.lines)).not.toContain('wr0ng-donkey');
  });
});

describeWith('openssl', 'certificates of an own authority', (openssl) => {
  describeWith('mosquitto', 'at a broker that asks for one', (path) => {
    useConnections();
    const folder = newFolder();
    let authority: Authority;
    let client: Certificate;
    let broker: Mosquitto;
    beforeAll(async () => {
      authority = new Authority(openssl, folder, 'authority');
      client = authority.sign('butler', 'DNS:butler.grid.example', 'k3y-pass');
      const server = authority.sign('broker', 'DNS:broker.grid.example');
      broker = new Mosquitto(path, { tls: { ca: authority.cert, ...server } });
      await broker.start();
    });
    afterAll(async () => {
      await broker.remove();
      rmSync(folder, { recursive: true });
    });

    function section(more: Readonly<Record<string, unknown>> = {}) {
      return {
        url: broker.url,
        ca_file: authority.cert,
        cert_file: client.cert,
        key_file: client.key,
        key_password: 'k3y-pass',
        server_name: 'broker.grid.example',
        ...more,
      };
    }

    it.each(['3.1.1', '5'])('let it in (%s)', async (protocol) => {
      opened(section({ protocol }));
      await connections(1);
      await connections(1);
      expect(told()).toMatchObject([{ line: 'info Broker connected' }]);
    });

    it('are not taken for those of another name', async () => {
      opened(section({ server_name: undefined }));
      await expect.poll(told, PATIENT).toMatchObject([{ line: REFUSED }]);
      expect(String(told()[0]?.reason)).toContain('127.0.0.1');
      expect(sessions).toEqual([]);
    });

    it('are not trusted without their authority', async () => {
      opened(section({ ca_file: undefined }));
      await expect.poll(told, PATIENT).toMatchObject([{ line: REFUSED }]);
      expect(String(told()[0]?.reason)).toMatch(
        /^the broker's certificate is of an authority .* ca_file must name it$/,
      );
      expect(sessions).toEqual([]);
    });

    it('are asked for by the broker: without one a person is told', async () => {
      opened(section({ cert_file: undefined, key_file: undefined, key_password: undefined }));
      await expect.poll(told, PATIENT).toMatchObject([{ line: REFUSED }]);
      expect(String(told()[0]?.reason)).toBe('the broker demands a client certificate (cert_file and key_file)');
      expect(sessions).toEqual([]);
    });

    it.each([
      [
        'a key that its password does not open',
        { key_password: 'other' },
        /^key_file is encrypted, and key_password does not open it$/,
      ],
      ['a key whose password is missing', { key_password: undefined }, /^key_file is encrypted/],
      ['a file that is not there', { ca_file: '/nowhere/ca.pem' }, /^ca_file cannot be read: .*\/nowhere\/ca\.pem/],
    ])('name %s', async (_, more, reason) => {
      opened(section(more));
      await expect.poll(told, PATIENT).toMatchObject([{ line: REFUSED }]);
      expect(String(told()[0]?.reason)).toMatch(reason);
      expect(JSON.stringify(log.lines)).not.toContain('k3y-pass');
    });

    it('say it when they have expired', async () => {
      const expired = new Mosquitto(path, {
        tls: { ca: authority.cert, ...authority.sign('expired', 'IP:127.0.0.1', undefined, -1) },
      });
      await expired.start();
      onTestFinished(() => expired.remove());
      const connection = opened(section({ url: expired.url, server_name: undefined }));
      const reason = "the broker's certificate has expired";
      await expect.poll(told, PATIENT).toEqual([{ line: REFUSED, reason }]);
      expect(connection.lastError).toBe(reason);
    });

    it('are not asked for by a port without TLS, and a port with TLS takes nothing else', async () => {
      const plain = new Mosquitto(path);
      await plain.start();
      onTestFinished(() => plain.remove());
      const hint = { line: DOWN, reason: expect.stringMatching(/\): does this port speak TLS\?$/) };
      opened(section({ url: plain.url.replace('mqtt:', 'mqtts:') }));
      await expect.poll(told, PATIENT).toEqual([hint]);
      opened({ url: broker.url.replace('mqtts:', 'mqtt:') });
      await expect.poll(told, PATIENT).toEqual([hint, hint]);
    });

    it('are read anew for each connection', async () => {
      const cert = join(folder, 'renewed.pem');
      copyFileSync(client.cert, cert);
      const connection = opened(section({ cert_file: cert }));
      await connections(1);
      rmSync(cert);
      connection.renew('to see what it reads');
      await expect.poll(() => String(told().at(-1)?.reason), PATIENT).toContain('cert_file cannot be read');
    });
  });
});
