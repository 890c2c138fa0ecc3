import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';

const HOST = '127.0.0.1';

/** An MQTT broker inside this process, on a free loopback port. */
export class MqttBroker {
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  async start(): Promise<void> {
    const aedes = await Aedes.createBroker();
    const server = createServer((socket) => {
      aedes.handle(socket);
    });
    this.#aedes = aedes;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, HOST, resolve);
    });
  }

  /** 'mqtt://127.0.0.1:PORT', once started. */
  get url(): string {
    const address = this.#server?.address();
    if (!address || typeof address === 'string') throw new Error('The broker does not listen');
    return `mqtt://${HOST}:${address.port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    const closed = new Promise<void>((resolve) => {
      if (server) server.close(() => resolve());
      else resolve();
    });
    await new Promise<void>((resolve) => {
      if (this.#aedes) this.#aedes.close(() => resolve());
      else resolve();
    });
    await closed;
  }
}
