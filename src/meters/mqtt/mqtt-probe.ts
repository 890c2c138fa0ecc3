import { randomBytes } from 'node:crypto';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { MeterPlace } from '../../domain/fleet.ts';
import { atTimeOf, joined } from '../../domain/joined-reading.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import { asError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { MeterHealth } from '../meter-health.ts';
import { MeterError } from '../modbus/errors.ts';
import type { BrokerOptions } from '../options.ts';
import type { HeardMessage, Probe, Probed } from '../probed.ts';
import { clientOptions } from './client-options.ts';
import { CLOSED, troubleOf } from './connection-trouble.ts';
import { PoisonPayload } from './heard.ts';
import { Interpreter } from './interpreter.ts';
import { lookedFor } from './looked-for.ts';
import type { PayloadModel } from './mapping.ts';

/** No reading was heard in time, or the broker does not let us hear any. */
export class Unheard extends MeterError {
  override readonly name = 'Unheard';
}

export interface MqttProbeParts {
  readonly place: MeterPlace;
  readonly model: PayloadModel;
  readonly broker: BrokerOptions;
  readonly timeZone: string;
  /** Milliseconds to wait for a reading, the connecting included. */
  readonly wait: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

const CONNECT_WITHIN = 10_000;
const MOST_MESSAGES = 20;
const STOP_WITHIN = 500;

/** One MQTT meter, listened to by a person: under a client id and in a session of its own, which end with it. */
export class MqttProbe implements Probe {
  readonly #parts: MqttProbeParts;
  readonly #interpreter: Interpreter;
  readonly #health: MeterHealth;
  #client: MqttClient | undefined;
  #messages: HeardMessage[] = [];
  readonly #readings: Reading[] = [];
  /** Told when a reading came, or why none will. */
  #heard: ((why?: Error) => void) | undefined;

  constructor(parts: MqttProbeParts) {
    const { model, place, timeZone } = parts;
    this.#parts = parts;
    this.#interpreter = new Interpreter([{ place, model }], timeZone);
    this.#health = new MeterHealth(place, parts.log);
  }

  get health() {
    return this.#health.status;
  }

  async read(): Promise<Probed> {
    const { clock, model, place, wait } = this.#parts;
    const startedAt = clock.now();
    this.#messages = [];
    try {
      this.#client ??= await this.#subscribed();
      const waited = clock.now() - startedAt;
      await this.#until(() => this.#readings.length > 0, Math.max(0, wait - waited));
      if (model.gather > 0) await this.#until(() => false, model.gather, true);
    } catch (error) {
      this.#health.failed(error, { isToldElsewhere: true });
      throw error;
    }
    const reading = this.#interpreter.completed(wholeOf(this.#readings.splice(0)));
    this.#health.answered(reading.time);
    const { ctRatio, ptRatio } = place.meter;
    const took = clock.now() - startedAt;
    const rating = { ctRatio, ptRatio };
    return { reading, registers: [], scales: [], messages: this.#messages, rating, notes: [], took };
  }

  /** What came since the last reading was asked for. */
  get messages(): readonly HeardMessage[] {
    return this.#messages;
  }

  get lookedFor(): readonly string[] {
    return lookedFor(this.#parts.model);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    const hardly = setTimeout(() => client.stream.destroy(), STOP_WITHIN);
    await client.endAsync();
    clearTimeout(hardly);
  }

  async #subscribed(): Promise<MqttClient> {
    const { broker, stopping, wait } = this.#parts;
    const client = connect(broker.url, ownSession(broker));
    client.on('message', (topic, payload, { retain }) => this.#take(client, topic, payload, retain));
    let isAnswered = false;
    client.once('connect', () => {
      isAnswered = true;
    });
    client.on('error', (error) => this.#lost(client, this.#trouble(error, isAnswered)));
    client.on('close', () => this.#lost(client, this.#trouble(new Error(CLOSED), isAnswered)));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#heard = (why) => reject(why ?? new Unheard('stopped'));
        stopping.addEventListener('abort', () => reject(new Unheard('stopped')), { once: true });
        client.once('connect', () => resolve());
        setTimeout(
          () => reject(new Unheard(`broker ${broker.id} at ${broker.url} does not answer`)),
          Math.min(CONNECT_WITHIN, wait),
        ).unref();
      });
      const topics = this.#interpreter.topics();
      const granted = await client.subscribeAsync([...topics], { qos: 1 });
      const refused = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
      if (refused.length > 0) throw new Unheard(`broker ${broker.id} refuses the topic ${refused.join(', ')}`);
      return client;
    } catch (error) {
      client.end(true);
      throw error instanceof MeterError ? error : this.#trouble(asError(error), isAnswered);
    } finally {
      this.#heard = undefined;
    }
  }

  #take(client: MqttClient, topic: string, payload: Buffer, isRetained: boolean): void {
    const arrivedAt = this.#parts.clock.now();
    let problem: string | undefined;
    try {
      const { readings, requests } = this.#interpreter.hear({ topic, payload, isRetained, arrivedAt });
      this.#readings.push(...readings);
      // A Sparkplug node is asked for its birth, or its numbers would stay without names.
      for (const request of requests) client.publish(request.topic, request.payload, { qos: 0 });
    } catch (error) {
      if (!(error instanceof PoisonPayload)) throw error;
      problem = error.message;
    }
    const message = { topic, payload, isRetained, arrivedAt };
    this.#messages.push(problem === undefined ? message : { ...message, problem });
    this.#messages = this.#messages.slice(-MOST_MESSAGES);
    if (this.#readings.length > 0) this.#heard?.();
  }

  #trouble(error: Error, isAnswered: boolean): Unheard {
    const { id, url } = this.#parts.broker;
    return new Unheard(`broker ${id} at ${url}: ${troubleOf(error, url, isAnswered)}`, { cause: error });
  }

  #lost(client: MqttClient, why: Unheard): void {
    if (this.#client === client) this.#client = undefined;
    client.end(true);
    this.#heard?.(why);
  }

  /** Rejects when it is too late, but for `isEnough`, and when nothing more will come. */
  #until(isDone: () => boolean, limit: number, isEnough = false): Promise<void> {
    const { stopping } = this.#parts;
    if (isDone()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (why?: Error) => {
        if (!why && !isDone()) return;
        settle(why);
      };
      const settle = (why?: Error) => {
        clearTimeout(timer);
        stopping.removeEventListener('abort', stopped);
        this.#heard = undefined;
        if (why) reject(why);
        else resolve();
      };
      const stopped = () => settle(new Unheard('stopped'));
      const late = () => settle(isEnough ? undefined : new Unheard(`no reading within ${this.#parts.wait / 1_000} s`));
      const timer = setTimeout(late, limit);
      stopping.addEventListener('abort', stopped, { once: true });
      this.#heard = finish;
      if (stopping.aborted) stopped();
    });
  }
}

/** Nothing of it outlives the connection, so that the daemon's session at the broker stays as it is. */
function ownSession(broker: BrokerOptions): IClientOptions {
  const { properties: _, ...options } = clientOptions(broker);
  const clientId = `${broker.clientId}-probe-${randomBytes(4).toString('hex')}`;
  return { ...options, clientId, clean: true, reconnectPeriod: 0, connectTimeout: CONNECT_WITHIN };
}

/** Parts, and samples one after the other, as one reading with the latest of each, at the time of the last. */
function wholeOf(readings: readonly Reading[]): Reading {
  const last = readings.at(-1);
  if (!last) throw new Unheard('no reading');
  return readings.map((part) => atTimeOf(part, last)).reduce((before, after) => joined(before, after, 'second counts'));
}
