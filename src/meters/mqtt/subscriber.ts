import type { IPublishPacket, MqttClient } from 'mqtt';
import type { MeterPlace } from '../../domain/fleet.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { withinTime } from '../../lib/within-time.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { BrokerOptions } from '../options.ts';
import type { EventSink, ReadingSink } from '../reading-sink.ts';
import { Backlog } from './backlog.ts';
import { BrokerConnection } from './broker-connection.ts';
import type { BrokerStatus } from './broker-status.ts';
import type { DeadLetters } from './dead-letters.ts';
import { Gathering } from './gathering.ts';
import type { Heard, Outgoing, Packet } from './heard.ts';
import { Interpreter } from './interpreter.ts';
import type { PayloadModel } from './mapping.ts';
import { Poison } from './poison.ts';
import { MOST_IN_HAND, type Receipt, Receipts } from './receipts.ts';
import { Redelivery } from './redelivery.ts';
import { Subscriptions } from './subscriptions.ts';

export type { BrokerStatus } from './broker-status.ts';

export interface SubscriberParts {
  readonly broker: BrokerOptions;
  readonly places: readonly { readonly place: MeterPlace; readonly model: PayloadModel }[];
  /** Of the site: for payloads whose times have no zone. */
  readonly timeZone: string;
  readonly health: (meterId: string) => MeterHealth | undefined;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
  readonly onEvents: EventSink;
}

const STOP_WITHIN = 1_000;
/** Expected intervals without any message, upon which a connection that seems well is renewed. */
const INTERVALS_OF_SILENCE = 5;

/** Tells the library to go on without an acknowledgement: ours follows when the message is durable. */
const LATER = new Error('acknowledged later');

/**
 * The meters of one broker. The session is persistent and messages are acknowledged only when their readings and events
 * are durable: what the broker has and we do not is sent again. The library takes messages strictly one after the other
 * and acknowledges in between, so the acknowledgements are written here, or each message would wait for the disk on its
 * own. When something could not be stored, its message stays unacknowledged and the connection is renewed after a pause,
 * upon which the broker sends it again.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #interpreter: Interpreter;
  readonly #gatherOf: ReadonlyMap<string, number>;
  readonly #connection: BrokerConnection;
  readonly #subscriptions: Subscriptions;
  readonly #receipts: Receipts;
  readonly #gathering: Gathering;
  readonly #poison: Poison;
  readonly #redelivery: Redelivery;
  readonly #backlog: Backlog;
  #isStopping = false;
  #held: (() => void) | undefined;
  #since: number | undefined;
  #received = 0;
  #redelivered = 0;

  constructor(parts: SubscriberParts) {
    const { broker, places, log, timeZone } = parts;
    this.#parts = parts;
    this.#interpreter = new Interpreter(places, timeZone);
    this.#gatherOf = new Map(
      places.flatMap(({ place, model }) => (model.gather > 0 ? [[place.meter.id, model.gather]] : [])),
    );
    this.#poison = new Poison(broker.id, parts.deadLetters, log);
    this.#subscriptions = new Subscriptions({ broker: broker.id, topics: this.#interpreter.topics(), log });
    this.#receipts = new Receipts(
      (receipt, err) => this.#redelivery.notStored(receipt, err),
      () => this.#goOn(),
    );
    this.#gathering = new Gathering(
      (reading, receipts) => this.#deliver(this.#interpreter.completed(reading), receipts),
      broker.protocol === '5',
    );
    const intervals = places.map(({ place }) => place.meter.pollInterval);
    this.#backlog = new Backlog(broker.id, log);
    this.#connection = new BrokerConnection({
      broker,
      log,
      longestSilence: Math.max(broker.keepalive, INTERVALS_OF_SILENCE * Math.max(0, ...intervals)),
      isHeld: () => this.#held !== undefined,
      onConnected: (client, { isSessionPresent, isDoubtful, answer }) => {
        this.#since = parts.clock.now();
        this.#backlog.connected({ isSessionKept: isSessionPresent, answer }, performance.now());
        this.#subscriptions.connected(client, isSessionPresent && !isDoubtful);
      },
      onPacket: (client, packet, next) => this.#take(client, packet, next),
      onLost: () => {
        this.#since = parts.clock.now();
        this.#held = undefined;
        this.#subscriptions.lost();
      },
    });
    this.#redelivery = new Redelivery(broker.id, this.#connection, log);
  }

  /** Returns at once; a broker that is not there is tried until it is. */
  start(): void {
    this.#since = this.#parts.clock.now();
    this.#connection.start();
  }

  /** Waits briefly for what is in hand, says goodbye to the broker and keeps the session there. Ends within 2 s. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#redelivery.stop();
    this.#gathering.flush();
    await withinTime(Promise.all([this.#receipts.empty(), this.#parts.deadLetters.flush()]), STOP_WITHIN);
    await this.#connection.stop();
  }

  status(): BrokerStatus {
    const { isConnected, lastError } = this.#connection;
    return {
      isConnected,
      since: this.#since ?? 0,
      ...(lastError !== undefined && { lastError }),
      received: this.#received,
      redelivered: this.#redelivered,
      poison: this.#poison.count,
      inHand: this.#receipts.inHand,
      refusedTopics: this.#subscriptions.refused,
    };
  }

  #take(client: MqttClient, { topic, payload, qos, retain, dup, messageId }: IPublishPacket, next: Next): void {
    // When stopping nothing more is taken: the broker keeps it for the next start.
    if (this.#isStopping) return;
    this.#received += 1;
    if (dup) this.#redelivered += 1;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const isCounted = qos > 0;
    const receipt = this.#receipts.take(client.stream, topic, isCounted ? messageId : undefined);
    const arrival = { isCounted, isRepeated: dup, inHand: this.#receipts.inHand };
    const packet = {
      topic,
      payload: bytes,
      isRetained: retain,
      arrivedAt: this.#parts.clock.now(),
      hasWaited: this.#backlog.hasWaited(arrival, performance.now()),
      isRepeated: dup,
      ...(isCounted && messageId !== undefined && { messageId }),
    };
    this.#hear(client, packet, receipt);
    receipt.done();
    if (this.#receipts.inHand < MOST_IN_HAND) {
      next(LATER);
      return;
    }
    this.#held = () => next(LATER);
    // What waits for its other parts would wait in vain.
    this.#gathering.relieve();
  }

  #goOn(): void {
    this.#backlog.acknowledged(this.#receipts.inHand, performance.now());
    if (!this.#held || this.#receipts.inHand >= MOST_IN_HAND) return;
    const next = this.#held;
    this.#held = undefined;
    next();
  }

  #hear(client: MqttClient, packet: Packet, receipt: Receipt): void {
    let heard: Heard;
    try {
      heard = this.#interpreter.hear(packet);
    } catch (error) {
      this.#notUnderstood(client, packet, error);
      return;
    }
    const { readings, events, requests } = heard;
    for (const reading of readings) this.#handOn(reading, receipt, packet.hasWaited === true);
    if (events.length > 0) {
      receipt.hold();
      this.#attempt(() => this.#parts.onEvents(events), [receipt]);
    }
    for (const request of requests) this.#send(client, request);
    if (readings.length === 0 && events.length === 0) this.#isForeign(client, packet.topic);
  }

  #handOn(reading: Reading, receipt: Receipt, hasWaited: boolean): void {
    const span = this.#gatherOf.get(reading.meter) ?? 0;
    const isStamped = reading.timeSource !== 'arrival' || (span > 0 && !this.#gathering.begins(reading));
    const stamped = isStamped ? reading : this.#backlog.stamped(reading, hasWaited);
    if (span > 0) {
      this.#gathering.add(stamped, span, receipt);
      return;
    }
    receipt.hold();
    this.#deliver(stamped, [receipt]);
  }

  #deliver(reading: Reading, receipts: readonly Receipt[]): void {
    // Of whatever time it is, its sender lives.
    const heardAt = reading.timeFault === 'age unknown' ? reading.arrivedAt : reading.time;
    this.#parts.health(reading.meter)?.answered(heardAt);
    this.#attempt(() => this.#parts.onReading(reading), receipts);
  }

  #attempt(hand: () => void | Promise<void>, receipts: readonly Receipt[]): void {
    let work: void | Promise<void>;
    try {
      work = hand();
    } catch (error) {
      for (const receipt of receipts) this.#receipts.failed(receipt, error);
      return;
    }
    for (const receipt of receipts) this.#receipts.doneAfter(work, receipt);
  }

  /** Acknowledged all the same: what cannot be understood today will not be tomorrow, and would block the others. */
  #notUnderstood(client: MqttClient, packet: Packet, error: unknown): void {
    if (this.#isForeign(client, packet.topic)) return;
    const reason = this.#poison.found(packet, error);
    for (const meter of this.#interpreter.meterOf(packet.topic)) {
      this.#parts.health(meter)?.failed(reason, { isToldElsewhere: true });
    }
  }

  #isForeign(client: MqttClient, topic: string): boolean {
    if (this.#interpreter.meterOf(topic).length > 0) return false;
    return this.#subscriptions.isLeftOver(client, topic);
  }

  /** With QoS 0: what is asked is asked again when it is still needed. */
  #send(client: MqttClient, { topic, payload }: Outgoing): void {
    client.publish(topic, payload, { qos: 0 }, (error) => {
      const { broker, log } = this.#parts;
      if (error) log.debug({ broker: broker.id, topic, reason: error.message }, 'A request could not be sent');
    });
  }
}

type Next = (error?: Error) => void;
