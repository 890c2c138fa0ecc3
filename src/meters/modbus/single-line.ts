import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ModbusWay } from '../../domain/customer.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { called } from './called.ts';
import { Unreachable } from './errors.ts';
import { Listener } from './listener.ts';
import { serial } from './serial.ts';
import type { Way } from './way.ts';

/** The way to one meter that a tool asks, and what must be up while it does. */
export interface SingleLine {
  readonly way: Way;
  /** Rejects with Unreachable where the port is taken on which a modem would call. */
  start(): Promise<void>;
  stop(): void;
}

export function singleLine(connection: ModbusWay, log: Log): SingleLine {
  switch (connection.kind) {
    case 'modbus-tcp':
      return without(called(connection.host, connection.port, 'tcp'));
    case 'rtu-over-tcp':
      return without(called(connection.host, connection.port, 'rtu'));
    case 'rtu-serial':
      return without(serial(connection));
    case 'tcp-listen':
    case 'rtu-listen':
      return listening(connection, log);
  }
}

function without(way: Way): SingleLine {
  return { way, start: async () => undefined, stop: () => undefined };
}

function listening(connection: ModbusWay & { readonly kind: 'tcp-listen' | 'rtu-listen' }, log: Log): SingleLine {
  const { host, port, kind, registration, heartbeat } = connection;
  const listener = new Listener({ host, port, framing: kind === 'tcp-listen' ? 'tcp' : 'rtu', log });
  const way = listener.way(registration, heartbeat);
  return {
    way,
    async start() {
      await isFree(host, port, way.name);
      listener.start();
    },
    stop: () => listener.stop(),
  };
}

/** A listener that cannot listen tries for ever, which is right for a daemon and not for a tool. */
async function isFree(host: string, port: number, name: string): Promise<void> {
  // A modem that calls at this moment calls again; its call would hold the port.
  const server = createServer((call) => call.destroy());
  try {
    server.listen(host === '' ? { port } : { port, host });
    await once(server, 'listening');
    const closed = once(server, 'close');
    server.close();
    await closed;
  } catch (error) {
    throw new Unreachable(`${name}: ${messageOf(error)}`, { cause: error });
  }
}
