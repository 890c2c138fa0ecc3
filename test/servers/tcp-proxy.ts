import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a port of this machine, whose line can be slow, be cut or go silent. */
export class TcpProxy {
  readonly #target: number;
  readonly #delay: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isSilent = false;
  #taken = 0;

  /** `delay`: milliseconds that bytes take one way. */
  constructor(target: number, delay = 0) {
    this.#target = target;
    this.#delay = delay;
    this.#server = createServer((near) => this.#take(near));
  }

  /** Connections that were ever taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#pairs.size;
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port was given');
    return address.port;
  }

  /** From now on nothing gets through, of these connections and of new ones, and nobody is told: half-open lines. */
  silence(): void {
    this.#isSilent = true;
  }

  /** New connections get through again. */
  speak(): void {
    this.#isSilent = false;
  }

  /** Every connection ends with a reset. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(near: Socket): void {
    this.#taken += 1;
    const far = connect({ port: this.#target, host: '127.0.0.1' });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    let isLost = this.#isSilent;
    const carry = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => {
        isLost ||= this.#isSilent;
        if (isLost) return;
        if (this.#delay === 0) to.write(bytes);
        // Timers of one length fire in the order in which they were set.
        else setTimeout(() => to.destroyed || to.write(bytes), this.#delay);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    };
    carry(near, far);
    carry(far, near);
  }
}
