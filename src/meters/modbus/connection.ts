import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import modbusSerial from 'modbus-serial';
import { messageOf } from '../../lib/errors.ts';
import { BadAnswer, ModbusException, NoAnswer, Unreachable } from './errors.ts';
import { doubtAbout, type Framing, type Request } from './frame.ts';

export interface ConnectionOptions {
  readonly framing: Framing;
  readonly host: string;
  readonly port: number;
  /** Milliseconds for one request, and for opening the connection. */
  readonly timeout: number;
  readonly connectTimeout: number;
}

type Client = InstanceType<typeof modbusSerial.default>;

interface Link {
  readonly socket: Socket;
  readonly client: Client;
  /** What came since the last request; undefined while nothing is asked. */
  answer: Buffer[] | undefined;
}

/**
 * A fence around modbus-serial: one request in flight, its own deadlines, and after any doubt a new socket and a new
 * client. The socket is ours, so that a connection that fails or hangs is closed for certain, and a peer that goes away
 * is noticed at once. Only function codes 3 and 4 can be sent.
 */
export class ModbusConnection {
  readonly #options: ConnectionOptions;
  #link: Link | undefined;
  #opening: AbortController | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#link?.client.isOpen === true && this.#link.socket.readyState === 'open';
  }

  /** Opens a new connection in place of the old one. Rejects with Unreachable. */
  async open(): Promise<void> {
    this.close();
    const { host, port, framing, connectTimeout } = this.#options;
    const opening = new AbortController();
    this.#opening = opening;
    const socket = connect({ host, port, noDelay: true });
    const late = setTimeout(
      () => opening.abort(new Error(`no connection within ${connectTimeout} ms`)),
      connectTimeout,
    );
    try {
      await once(socket, 'connect', { signal: opening.signal });
      // An error is always followed by 'close', which ends what is waiting.
      socket.on('error', () => undefined);
      const client = new modbusSerial.default();
      const link: Link = { socket, client, answer: undefined };
      // Before the library listens: it answers from within its own listener, and by then all bytes must be here.
      socket.on('data', (chunk) => this.#received(link, chunk));
      // Serial frames are what the library calls telnet; its "TcpRTUBuffered" sends Modbus TCP headers.
      if (framing === 'modbus-tcp') await client.linkTCP(socket, { port });
      else await client.linkTelnet(socket, {});
      opening.signal.throwIfAborted();
      this.#link = link;
    } catch (error) {
      socket.destroy();
      const why = messageOf(opening.signal.aborted ? opening.signal.reason : error);
      throw new Unreachable(`${host}:${port}: ${why}`, { cause: error });
    } finally {
      clearTimeout(late);
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  /**
   * The words of the registers that are asked for, exactly as many. Settles within the time-out; rejects with Unreachable,
   * NoAnswer, BadAnswer (all of which end the connection) or ModbusException (which does not).
   */
  async read(request: Request): Promise<readonly number[]> {
    const link = this.#link;
    if (link?.answer) throw new Error('a request is in flight already');
    if (!link || !this.isOpen) {
      this.close();
      throw new Unreachable('there is no connection');
    }
    try {
      return await this.#exchange(link, request);
    } catch (error) {
      if (!(error instanceof ModbusException)) this.#drop(link);
      throw error;
    } finally {
      link.answer = undefined;
      // The library keeps the last 256 answers of a connection for ever.
      Reflect.set(link.client, '_transactions', {});
    }
  }

  /** Ends the connection at once; a request in flight rejects with NoAnswer. */
  close(): void {
    this.#opening?.abort(new Error('closed while it was being opened'));
    if (this.#link) this.#drop(this.#link);
  }

  #exchange(link: Link, request: Request): Promise<readonly number[]> {
    const { timeout, framing } = this.#options;
    const answer: Buffer[] = [];
    link.answer = answer;
    return new Promise<readonly number[]>((resolve, reject) => {
      const closed = () => {
        clearTimeout(timer);
        reject(new NoAnswer('the connection was closed while an answer was awaited'));
      };
      const timer = setTimeout(() => reject(new NoAnswer(`no answer within ${timeout} ms`)), timeout);
      link.socket.once('close', closed);
      const ask = request.functionCode === 3 ? link.client.writeFC3 : link.client.writeFC4;
      ask.call(link.client, request.unit, request.start, request.count, (error: unknown, result) => {
        clearTimeout(timer);
        link.socket.off('close', closed);
        const code = exceptionCode(error);
        const failure = error && code === undefined ? messageOf(error) : undefined;
        const doubt = failure ?? doubtAbout(Buffer.concat(answer), framing, request);
        if (doubt) reject(new BadAnswer(doubt));
        else if (code !== undefined) reject(new ModbusException(code));
        else resolve(result.data);
      });
    });
  }

  #received(link: Link, chunk: Buffer): void {
    // Bytes that nobody asked for would be taken for the next answer.
    if (link.answer) link.answer.push(chunk);
    else this.#drop(link);
  }

  #drop(link: Link): void {
    if (this.#link === link) this.#link = undefined;
    // Destroys the socket too.
    link.client.destroy(() => undefined);
  }
}

function exceptionCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('modbusCode' in error)) return undefined;
  return typeof error.modbusCode === 'number' ? error.modbusCode : undefined;
}
