import type { Log } from '../../lib/log.ts';
import type { BrokerConnection } from './broker-connection.ts';
import type { Receipt } from './receipts.ts';

const PAUSE = 5_000;
/** Milliseconds in which all was stored, upon which the next failure is another one. */
const WELL_AFTER = 60_000;

/**
 * Has messages that could not be stored sent again: after a pause the connection is renewed, upon which the broker sends
 * what was not acknowledged. Messages with QoS 0 it does not keep. A disk that is full is told once, and not with each try.
 */
export class Redelivery {
  readonly #broker: string;
  readonly #connection: Pick<BrokerConnection, 'renew'>;
  readonly #log: Log;
  #pause: NodeJS.Timeout | undefined;
  #untilWell: NodeJS.Timeout | undefined;
  #isTold = false;
  #isLossTold = false;
  #isStopped = false;

  constructor(broker: string, connection: Pick<BrokerConnection, 'renew'>, log: Log) {
    this.#broker = broker;
    this.#connection = connection;
    this.#log = log;
  }

  /** What is unstored from now on is sent again upon the next start. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#untilWell);
  }

  notStored({ messageId, topic }: Receipt, err: unknown): void {
    if (this.#isStopped) return;
    this.#awaitWell();
    const fields = { broker: this.#broker, topic, err };
    if (messageId === undefined) {
      if (!this.#isLossTold) this.#log.error(fields, 'Messages with QoS 0 could not be stored and are lost');
      this.#isLossTold = true;
      return;
    }
    if (this.#pause) return;
    if (!this.#isTold) this.#log.error(fields, 'A reading could not be stored; its message is fetched again');
    this.#isTold = true;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#connection.renew('messages that could not be stored are fetched again');
    }, PAUSE);
  }

  #awaitWell(): void {
    if (this.#untilWell) {
      this.#untilWell.refresh();
      return;
    }
    this.#untilWell = setTimeout(() => {
      this.#untilWell = undefined;
      this.#isTold = false;
      this.#isLossTold = false;
    }, WELL_AFTER);
  }
}
