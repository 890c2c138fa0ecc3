import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Mosquitto } from '../../servers/mosquitto.ts';
import { describeWith } from '../../servers/require-server.ts';
import { TcpProxy } from '../../servers/tcp-proxy.ts';
import {
  clients,
  connections,
  DOWN,
  log,
  opened,
  PATIENT,
  packets,
  sessions,
  told,
  useConnections,
} from './connection-bench.ts';

const TWIN = 'warn Broker ends the connection again and again: has another client the same client_id?';
const CONNECTED = 'info Broker connected';
const RENEWED = 'warn No message from any meter for 1 s: the connection is renewed to be sure';

describeWith('mosquitto', 'a connection to a real broker', (path) => {
  useConnections();
  let broker: Mosquitto;
  let proxy: TcpProxy;
  let url: string;
  beforeAll(async () => {
    broker = new Mosquitto(path);
    await broker.start();
    proxy = new TcpProxy(broker.port);
    url = `mqtt://127.0.0.1:${await proxy.start()}`;
  });
  afterAll(async () => {
    await proxy.stop();
    await broker.remove();
  });

  it.each(['3.1.1', '5'])('keeps its session from one connection to the next (%s)', async (protocol) => {
    const section = { url, protocol, client_id: `keeps-${protocol}` };
    const first = opened(section);
    await connections(1);
    await first.stop();
    opened(section);
    await connections(2);
    expect(sessions.map(({ isPresent }) => isPresent)).toEqual([false, true]);
  });

  it('tears a half-open line down, and comes back with a new client and its old session', async () => {
    opened({ url, keepalive: '1s', client_id: 'half-open' });
    await connections(1);
    proxy.silence();
    const reason = 'nothing is heard from it, although the connection seems to stand';
    await expect.poll(() => told()[1], PATIENT).toEqual({ line: DOWN, reason });
    proxy.speak();
    await connections(2);
    expect(sessions[1]).toEqual({ isPresent: true, isDoubtful: false });
    expect(clients[1]).not.toBe(clients[0]);
    expect(clients[0]?.stream.destroyed).toBe(true);
  });

  it('takes no line for half-open that answers, however little it has to say', async () => {
    opened({ url, keepalive: '1s', client_id: 'quiet' });
    await connections(1);
    let pings = 0;
    clients[0]?.on('packetreceive', ({ cmd }) => {
      if (cmd === 'pingresp') pings += 1;
    });
    await expect.poll(() => pings, PATIENT).toBeGreaterThan(4);
    expect(sessions).toHaveLength(1);
  });

  it('takes no line for half-open from which nothing is taken', async () => {
    opened({ url, keepalive: '1s', client_id: 'held' }, { isHeld: true });
    await connections(1);
    await clients[0]?.subscribeAsync('held/1', { qos: 1 });
    const publisher = await connectAsync(broker.url);
    onTestFinished(() => publisher.endAsync(true));
    await publisher.publishAsync('held/1', 'x');
    await expect.poll(() => packets.length, PATIENT).toBe(1);
    let pings = 0;
    clients[0]?.on('packetsend', ({ cmd }) => {
      if (cmd === 'pingreq') pings += 1;
    });
    // More than two keepalives pass: the library's own would have ended the line by then, and ours too.
    await expect.poll(() => pings, PATIENT).toBeGreaterThan(12);
    expect(sessions).toHaveLength(1);
    expect(clients[0]?.stream.destroyed).toBe(false);
  });

  it('renews a connection that seems well and brings nothing, once until a message comes that was not kept', async () => {
    const publisher = await connectAsync(broker.url);
    onTestFinished(() => publisher.endAsync(true));
    await publisher.publishAsync('silent/1', 'kept', { qos: 1, retain: true });
    opened({ url, keepalive: '1s', client_id: 'silent' }, { longestSilence: 1_000 });
    await connections(2);
    expect(sessions[1]).toEqual({ isPresent: true, isDoubtful: true });
    expect(told().map(({ line }) => line)).toEqual([CONNECTED, RENEWED, CONNECTED]);
    await clients[1]?.subscribeAsync('silent/1', { qos: 1 });
    await expect.poll(() => packets, PATIENT).toMatchObject([{ retain: true }]);
    let beats = 0;
    clients[1]?.on('packetreceive', () => {
      beats += 1;
    });
    await expect.poll(() => beats, PATIENT).toBeGreaterThan(6);
    expect(sessions).toHaveLength(2);
    await publisher.publishAsync('silent/1', 'x');
    await connections(3);
    expect(sessions[2]?.isDoubtful).toBe(true);
    expect(told().map(({ line }) => line)).toEqual([CONNECTED, RENEWED, CONNECTED, RENEWED, CONNECTED]);
  });

  it('comes back after each of many cuts, and tells each once', async () => {
    opened({ url, client_id: 'cut' });
    for (const count of [1, 2, 3]) {
      await connections(count);
      proxy.cut();
    }
    await connections(4);
    const lines = log.lines.map(({ level, message }) => `${level} ${message}`);
    // The third short life in a row may be another daemon's doing.
    expect(lines).toEqual([CONNECTED, DOWN, CONNECTED, DOWN, CONNECTED, DOWN, TWIN, CONNECTED]);
  });

  it('ends in time while the broker does not move', async () => {
    const frozen = new Mosquitto(path);
    await frozen.start();
    onTestFinished(() => frozen.remove());
    const connection = opened({ url: frozen.url });
    await connections(1);
    frozen.freeze();
    const start = performance.now();
    await connection.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(clients[0]?.stream.destroyed).toBe(true);
  });
});
