import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBlackHole } from '../../servers/black-hole.ts';
import { DOWN, opened, PATIENT, REFUSED, told, useConnections } from './connection-bench.ts';

/** A server that answers the first packet of each connection with these bytes. */
async function answering(bytes: readonly number[]): Promise<{ port: number; taken: () => number }> {
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    // The client hangs up as it likes.
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.write(Buffer.from(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return { port: address.port, taken: () => taken };
}

describe('a connection to what is no good broker', () => {
  useConnections();

  it('gives an attempt up that nobody answers, and tries again', async () => {
    const hole = await startBlackHole();
    onTestFinished(() => hole.stop());
    opened({ url: `mqtt://127.0.0.1:${hole.port}` });
    await expect.poll(told, PATIENT).toEqual([{ line: DOWN, reason: 'no answer within 10 s' }]);
  });

  // MQTT 3.1.1, 3.2.2.3 and MQTT 5, 3.2.2.2: CONNACK with its return code, in version 5 with no properties.
  it.each([
    ['3.1.1', [0x20, 2, 0, 4], 'Connection refused: Bad username or password'],
    ['3.1.1', [0x20, 2, 0, 5], 'Connection refused: Not authorized'],
    ['5', [0x20, 3, 0, 134, 0], 'Connection refused: Bad User Name or Password'],
    ['5', [0x20, 3, 0, 135, 0], 'Connection refused: Not authorized'],
  ])('leaves it to a person when the log-in is refused (%s, %j)', async (protocol, connack, reason) => {
    const server = await answering(connack);
    opened({ url: `mqtt://127.0.0.1:${server.port}`, protocol });
    await expect.poll(told, PATIENT).toEqual([{ line: REFUSED, reason }]);
    expect(server.taken()).toBe(1);
  });

  it('tries again soon after a broker was only not ready, and tells it once', async () => {
    // Return code 3: the server is unavailable.
    const server = await answering([0x20, 2, 0, 3]);
    opened({ url: `mqtt://127.0.0.1:${server.port}` });
    await expect.poll(server.taken, PATIENT).toBe(3);
    expect(told()).toEqual([{ line: DOWN, reason: 'Connection refused: Server unavailable' }]);
  });

  // CONNACK, and DISCONNECT with its reason code: MQTT 5, 3.14.2.1.
  it.each([
    [DOWN, 139, 'Server shutting down'],
    [REFUSED, 142, 'Session taken over'],
  ])('says why a broker of version 5 ends the connection: %s, %i', async (line, code, words) => {
    const server = await answering([0x20, 3, 0, 0, 0, 0xe0, 2, code, 0]);
    opened({ url: `mqtt://127.0.0.1:${server.port}`, protocol: '5' });
    const reason = `the broker ends the connection: ${words} (${code})`;
    await expect.poll(() => told()[1], PATIENT).toEqual({ line, reason });
  });
});
