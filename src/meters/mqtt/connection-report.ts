import type { Log } from '../../lib/log.ts';
import type { BrokerOptions } from '../options.ts';

const SHORT_LIFE = 60_000;
const SHORT_LIVES_TO_BE_TOLD = 3;

/** What a person is told of the connection to one broker: each state once. */
export class ConnectionReport {
  readonly #broker: BrokerOptions;
  readonly #log: Log;
  #isDownTold = false;
  #isRefusalTold = false;
  #isRoutine = false;
  #shortLives = 0;
  #lastError: string | undefined;

  constructor(broker: BrokerOptions, log: Log) {
    this.#broker = broker;
    this.#log = log;
  }

  /** Why it is not connected; undefined while it is, and before the first attempt has an end. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  connected(isSessionPresent: boolean): void {
    const fields = { broker: this.#broker.id, sessionPresent: isSessionPresent };
    if (this.#isRoutine) this.#log.debug(fields, 'Broker connected');
    else this.#log.info(fields, 'Broker connected');
    this.#lastError = undefined;
    this.#isRoutine = false;
    this.#isDownTold = false;
    this.#isRefusalTold = false;
  }

  /** `isLasting`: only a person can put it right. */
  down(reason: string, isLasting: boolean): void {
    this.#lastError = reason;
    this.#isRoutine = false;
    const fields = { broker: this.#broker.id, reason };
    if (isLasting && !this.#isRefusalTold) {
      this.#isRefusalTold = true;
      this.#isDownTold = true;
      this.#log.error(fields, 'Broker and settings do not fit: it cannot be connected until that is put right');
      return;
    }
    if (this.#isDownTold) return;
    this.#isDownTold = true;
    this.#log.warn(fields, 'Broker is not connected');
  }

  /** A connection that is well is given up for a new one. Whoever wants that has said so. */
  renewed(reason: string): void {
    this.#lastError = reason;
    this.#isRoutine = true;
    this.#log.debug({ broker: this.#broker.id, reason }, 'Broker is connected anew');
  }

  /** `silence`: for so many milliseconds. */
  silent(silence: number): void {
    const what = `o message from any meter for ${Math.round(silence / 1_000)} s: the connection is renewed to be sure`;
    this.#lastError = `n${what}`;
    this.#log.warn({ broker: this.#broker.id }, `N${what}`);
  }

  /**
   * A connection that stood for `life` milliseconds, or never did, was ended by the other side. Two clients with one id
   * throw each other out for ever, and a broker of MQTT 3.1.1 cannot say so.
   */
  ended(life: number | undefined): void {
    this.#shortLives = life !== undefined && life < SHORT_LIFE ? this.#shortLives + 1 : 0;
    if (this.#shortLives !== SHORT_LIVES_TO_BE_TOLD) return;
    const { clientId, id } = this.#broker;
    this.#log.warn(
      { broker: id, clientId },
      'Broker ends the connection again and again: has another client the same client_id?',
    );
  }
}
