import { connect, type IConnackPacket, type IPublishPacket, type MqttClient, ReasonCodes } from 'mqtt';
import { asError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { withinTime } from '../../lib/within-time.ts';
import type { BrokerOptions } from '../options.ts';
import { clientOptions } from './client-options.ts';
import { ConnectionReport } from './connection-report.ts';
import { CLOSED, troubleOf } from './connection-trouble.ts';
import { isForAPerson } from './refusal.ts';

export interface ConnectionParts {
  readonly broker: BrokerOptions;
  readonly log: Log;
  /** Milliseconds for which it is believed that a connection is well and brings no message. */
  readonly longestSilence: number;
  /** Nothing is taken from the connection at present, so that its silence says nothing. */
  readonly isHeld: () => boolean;
  readonly onConnected: (client: MqttClient, consent: BrokerConsent) => void;
  /** The library takes the next packet after `next` was called. */
  readonly onPacket: (client: MqttClient, packet: IPublishPacket, next: (error?: Error) => void) => void;
  readonly onLost: () => void;
}

export interface BrokerConsent {
  readonly isSessionPresent: boolean;
  /** What the broker says about its session is not believed. */
  readonly isDoubtful: boolean;
  /** Milliseconds that the attempt took. */
  readonly answer: number;
}

/** From the first byte to the broker's consent. */
const CONNECT_WITHIN = 10_000;
const SHORTEST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** Log-ins that are refused again and again get accounts locked. */
const PAUSE_AFTER_REFUSAL = 60_000;
/** A connection that held for so long was a good one: the next attempt is a first one again. */
const GOOD_AFTER = 5_000;
const STOP_WITHIN = 500;
const BEATS_UNTIL_DEAD = 3;

/**
 * One broker, connected to again and again. Each attempt has a client object of its own, and whatever is doubtful is torn
 * down the hard way: an attempt that is not answered, a line that says nothing within the keepalive although it was
 * asked (half-open), and, once until news comes, a connection that seems well and brings none.
 */
export class BrokerConnection {
  readonly #parts: ConnectionParts;
  readonly #beat: number;
  readonly #report: ConnectionReport;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heart: NodeJS.Timeout | undefined;
  #isStopped = true;
  #isConnected = false;
  #openedAt = 0;
  #connectedAt = 0;
  #failures = 0;
  #wasHeard = false;
  #silentBeats = 0;
  #beatsWithoutMessage = 0;
  #isSilenceAnswered = false;
  #isDoubtful = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#beat = parts.broker.keepalive / BEATS_UNTIL_DEAD;
    this.#report = new ConnectionReport(parts.broker, parts.log);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Why it is not connected. */
  get lastError(): string | undefined {
    return this.#report.lastError;
  }

  /** Returns at once; a broker that is not there is tried until it is. */
  start(): void {
    this.#isStopped = false;
    this.#open();
  }

  /** Says goodbye where that is possible and keeps the session at the broker. Ends within half a second. */
  async stop(): Promise<void> {
    const client = this.#client;
    const isGraceful = this.#isConnected;
    this.#isStopped = true;
    this.#forget();
    clearTimeout(this.#timer);
    if (!client) return;
    await withinTime(client.endAsync(!isGraceful), STOP_WITHIN);
    client.stream.destroy();
  }

  /** Gives the present connection up and opens a new one: the broker sends again what was not acknowledged. */
  renew(reason: string): void {
    if (!this.#client || !this.#isConnected) return;
    this.#giveUp(this.#client);
    this.#report.renewed(reason);
    this.#openLater(pauseAfter(0));
  }

  #open(): void {
    const { broker } = this.#parts;
    let client: MqttClient;
    this.#openedAt = performance.now();
    try {
      client = connect(broker.url, clientOptions(broker));
    } catch (error) {
      this.#failed(asError(error), false);
      return;
    }
    this.#client = client;
    client.on('connect', (connack) => this.#connected(client, connack));
    client.on('error', (error) => this.#ended(client, error));
    client.on('close', () => this.#ended(client, new Error(CLOSED)));
    client.on('disconnect', ({ reasonCode = 0 }) => this.#lost(client, farewell(reasonCode)));
    client.on('packetreceive', () => {
      this.#wasHeard = true;
    });
    client.handleMessage = (packet, next) => {
      // What was parsed of a connection that is given up is the broker's still.
      if (client !== this.#client) return;
      // What the broker had kept comes of our own subscribing, and says nothing of the meters.
      if (!packet.retain) {
        this.#beatsWithoutMessage = 0;
        this.#isSilenceAnswered = false;
      }
      this.#parts.onPacket(client, packet, next);
    };
    // The library would call a line dead that is silent only because we take nothing from it.
    client.onKeepaliveTimeout = () => client.reschedulePing(true);
    this.#timer = setTimeout(
      () => this.#lost(client, new Error(`no answer within ${CONNECT_WITHIN / 1_000} s`)),
      CONNECT_WITHIN,
    );
  }

  #connected(client: MqttClient, { sessionPresent }: IConnackPacket): void {
    if (client !== this.#client) return;
    clearTimeout(this.#timer);
    this.#report.connected(sessionPresent);
    this.#isConnected = true;
    this.#connectedAt = performance.now();
    this.#silentBeats = 0;
    this.#beatsWithoutMessage = 0;
    this.#heart = setInterval(() => this.#listen(client), this.#beat);
    const isDoubtful = this.#isDoubtful;
    this.#isDoubtful = false;
    const answer = this.#connectedAt - this.#openedAt;
    this.#parts.onConnected(client, { isSessionPresent: sessionPresent, isDoubtful, answer });
  }

  #listen(client: MqttClient): void {
    const { isHeld, longestSilence } = this.#parts;
    if (this.#wasHeard || isHeld()) this.#silentBeats = 0;
    else this.#silentBeats += 1;
    this.#wasHeard = false;
    if (this.#silentBeats === BEATS_UNTIL_DEAD) {
      this.#lost(client, new Error('nothing is heard from it, although the connection seems to stand'));
      return;
    }
    // Held, too: its broker wants to hear from us all the same.
    if (this.#silentBeats > 0 || isHeld()) client.sendPing();
    this.#beatsWithoutMessage = isHeld() ? 0 : this.#beatsWithoutMessage + 1;
    if (this.#isSilenceAnswered || this.#beatsWithoutMessage * this.#beat <= longestSilence) return;
    this.#isSilenceAnswered = true;
    this.#isDoubtful = true;
    this.#giveUp(client);
    this.#report.silent(longestSilence);
    this.#openLater(pauseAfter(0));
  }

  #ended(client: MqttClient, error: Error): void {
    if (client !== this.#client) return;
    const life = this.#isConnected ? performance.now() - this.#connectedAt : undefined;
    this.#lost(client, error);
    this.#report.ended(life);
  }

  #lost(client: MqttClient, error: Error): void {
    if (client !== this.#client) return;
    const isAnswered = this.#isConnected;
    this.#giveUp(client);
    this.#failed(error, isAnswered);
  }

  #giveUp(client: MqttClient): void {
    if (this.#isConnected && performance.now() - this.#connectedAt > GOOD_AFTER) this.#failures = 0;
    this.#forget();
    client.end(true);
    client.stream.destroy();
  }

  #forget(): void {
    const wasConnected = this.#isConnected;
    this.#client = undefined;
    this.#isConnected = false;
    clearTimeout(this.#timer);
    clearInterval(this.#heart);
    if (wasConnected) this.#parts.onLost();
  }

  #failed(error: Error, isAnswered: boolean): void {
    if (this.#isStopped) return;
    const isLasting = isForAPerson(error);
    this.#report.down(troubleOf(error, this.#parts.broker.url, isAnswered), isLasting);
    this.#openLater(isLasting ? PAUSE_AFTER_REFUSAL : pauseAfter(this.#failures));
    this.#failures += 1;
  }

  #openLater(pause: number): void {
    this.#timer = setTimeout(() => this.#open(), pause);
  }
}

/** Doubles from 2 s to 30 s, and a random part of its half is taken off: clients of a broker that is back come apart. */
function pauseAfter(failures: number): number {
  const longest = Math.min(LONGEST_PAUSE, 2 * SHORTEST_PAUSE * 2 ** failures);
  return longest * (0.5 + Math.random() / 2);
}

/** MQTT 5, 3.14.2.1: the broker says why it ends the connection. */
function farewell(code: number): Error {
  const words = Object.entries(ReasonCodes).find(([known]) => Number(known) === code)?.[1];
  return Object.assign(new Error(`the broker ends the connection: ${words || 'no reason'} (${code})`), { code });
}
