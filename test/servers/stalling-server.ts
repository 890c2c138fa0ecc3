import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A TCP server that answers each request with the same text and then neither ends the answer nor the connection. */
export class StallingServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  requests = 0;

  constructor(answer: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.on('data', () => {
        this.requests++;
        socket.write(answer);
      });
    });
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port was given');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Cuts the connections that are open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
