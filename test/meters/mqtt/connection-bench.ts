import type { IPublishPacket, MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { BrokerConnection } from '../../../src/meters/mqtt/broker-connection.ts';
import { type BrokerOptions, mqttOptions } from '../../../src/meters/options.ts';
import { recordingLog } from '../fixtures.ts';

/** Longer than a pause between two attempts and the time for one. */
export const PATIENT = { timeout: 30_000, interval: 20 };

export const DOWN = 'warn Broker is not connected';
export const REFUSED = 'error Broker and settings do not fit: it cannot be connected until that is put right';

export let log: ReturnType<typeof recordingLog>;
/** What the broker said of its session, for each connection. */
export let sessions: { readonly isPresent: boolean; readonly isDoubtful: boolean }[];
/** The client objects of the connections. */
export let clients: MqttClient[];
export let packets: IPublishPacket[];
let open: BrokerConnection[] = [];

/** Gives each test of the suite that calls it a record of its connections, ends them, and has time for several long waits. */
export function useConnections(): void {
  vi.setConfig({ testTimeout: 60_000 });
  beforeEach(() => {
    log = recordingLog();
    sessions = [];
    clients = [];
    packets = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((connection) => connection.stop()));
    open = [];
  });
}

/** A broker's options as somebody would write them. */
export function brokerOf(section: Readonly<Record<string, unknown>>): BrokerOptions {
  const [broker] = mqttOptions.parse({ brokers: [{ id: 'main', client_id: 'butler', ...section }] }).brokers;
  if (!broker) throw new Error('no broker');
  return broker;
}

export interface Circumstances {
  readonly longestSilence?: number;
  /** Nothing is taken. */
  readonly isHeld?: boolean;
}

/** A connection that is started, acknowledges everything, and subscribes to nothing. */
export function opened(section: Readonly<Record<string, unknown>>, circumstances: Circumstances = {}) {
  const { longestSilence = 3_600_000, isHeld = false } = circumstances;
  const connection = new BrokerConnection({
    broker: brokerOf(section),
    log,
    longestSilence,
    isHeld: () => isHeld && packets.length > 0,
    onConnected: (client, { isSessionPresent, isDoubtful }) => {
      clients.push(client);
      sessions.push({ isPresent: isSessionPresent, isDoubtful });
    },
    onPacket: (_, packet, next) => {
      packets.push(packet);
      if (!isHeld) next();
    },
    onLost: () => undefined,
  });
  open.push(connection);
  connection.start();
  return connection;
}

export async function connections(count: number): Promise<void> {
  await expect.poll(() => sessions.length, PATIENT).toBeGreaterThanOrEqual(count);
}

/** Each line as 'level message', with its reason. */
export function told(): readonly { readonly line: string; readonly reason: unknown }[] {
  return log.lines
    .filter(({ level }) => level !== 'debug')
    .map(({ level, message, fields }) => {
      const reason = typeof fields === 'object' && fields !== null && 'reason' in fields ? fields.reason : undefined;
      return { line: `${level} ${message}`, reason };
    });
}
