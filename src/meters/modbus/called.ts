import { once } from 'node:events';
import { connect } from 'node:net';
import type { Framing } from './request.ts';
import type { Way } from './way.ts';

const KEEPALIVE_AFTER = 30_000;

/** A meter or gateway that we call over the network. */
export function called(host: string, port: number, framing: Framing): Way {
  return {
    name: `${framing === 'tcp' ? 'modbus-tcp' : 'rtu-over-tcp'}://${host}:${port}`,
    framing,
    async open(signal) {
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEPALIVE_AFTER,
      });
      try {
        await once(socket, 'connect', { signal });
        return socket;
      } catch (error) {
        socket.destroy();
        throw error;
      }
    },
  };
}
