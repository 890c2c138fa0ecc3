import { connect, type IPublishPacket, type MqttClient } from 'mqtt';
import type { MeterPlace } from '../../domain/fleet.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { withinTime } from '../../lib/within-time.ts';
import type { MeterHealth } from '../meter-health.ts';
import type { MqttModel } from '../model.ts';
import type { BrokerOptions } from '../options.ts';
import type { ReadingSink } from '../reading-sink.ts';
import { understand } from './payload.ts';

export interface TopicMeter {
  readonly place: MeterPlace;
  readonly topic: string;
  readonly model: MqttModel;
  readonly health: MeterHealth;
}

export interface SubscriberParts {
  readonly broker: BrokerOptions;
  readonly meters: readonly TopicMeter[];
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
}

const RECONNECT_PERIOD = 2_000;
const REDELIVERY_PAUSE = 5_000;
const MOST_IN_HAND = 1_000;
const STOP_WITHIN = 1_000;
/** Milliseconds by which the stamps of a burst may run ahead of the clock. */
const LONGEST_BURST = 1_000;

/** Tells the library to go on without an acknowledgement: ours follows when the reading is durable. */
const LATER = new Error('acknowledged later');

/**
 * The meters of one broker. The session is persistent and messages are acknowledged only when their readings are durable:
 * what the broker has and we do not is sent again. The library takes messages strictly one after the other and
 * acknowledges in between, so the acknowledgements are written here, or each message would wait for the disk on its own.
 * When a reading could not be stored, its message stays unacknowledged and the connection is renewed after a pause, upon
 * which the broker sends it again.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #meters: ReadonlyMap<string, TopicMeter>;
  readonly #inHand = new Set<Promise<void>>();
  readonly #poisonedTopics = new Set<string>();
  readonly #latestArrival = new Map<string, number>();
  #client: MqttClient | undefined;
  #isSubscribed = false;
  #isDown = false;
  #redelivery: NodeJS.Timeout | undefined;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
    this.#meters = new Map(parts.meters.map((meter) => [meter.topic, meter]));
  }

  /** Returns at once; a broker that is not there is tried until it is. */
  start(): void {
    const { broker } = this.#parts;
    // The handlers are attached before the library can have heard anything.
    const client = connect(broker.url, {
      clientId: broker.clientId,
      clean: false,
      keepalive: 30,
      connectTimeout: 10_000,
      reconnectPeriod: RECONNECT_PERIOD,
      resubscribe: false,
      // By default the library never tries again once a broker has refused it, even if only because it is starting.
      reconnectOnConnackError: true,
      protocolVersion: 4,
      ...(broker.username !== undefined && { username: broker.username }),
      ...(broker.password && { password: broker.password.reveal() }),
    });
    this.#client = client;
    client.on('connect', ({ sessionPresent }) => this.#connected(client, sessionPresent));
    client.on('close', () => this.#disconnected('the connection was closed'));
    client.on('error', (error) => this.#disconnected(messageOf(error)));
    client.handleMessage = (packet, next) => this.#take(client, packet, next);
  }

  /** Waits briefly for what is in hand, says goodbye to the broker and keeps the session there. Ends within 2 s. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    clearTimeout(this.#redelivery);
    if (!client) return;
    await withinTime(Promise.allSettled(this.#inHand), STOP_WITHIN);
    const isGraceful = client.connected;
    await withinTime(client.endAsync(!isGraceful), STOP_WITHIN / 2);
    client.stream.destroy();
  }

  #connected(client: MqttClient, sessionPresent: boolean): void {
    const { broker, log } = this.#parts;
    log.info({ broker: broker.id, sessionPresent }, 'Broker connected');
    this.#isDown = false;
    // The first time even with a session: the topics may have changed since it began.
    if (!sessionPresent) this.#isSubscribed = false;
    const topics = [...this.#meters.keys()];
    if (this.#isSubscribed || topics.length === 0) return;
    client.subscribe(topics, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic) ?? [];
      this.#isSubscribed = !error && refused.length === 0;
      if (refused.length > 0) log.error({ broker: broker.id, topics: refused }, 'Broker refuses topics');
      // The connection ended meanwhile; the next one subscribes again.
      if (error) log.warn({ broker: broker.id, reason: error.message }, 'Subscribing failed');
    });
  }

  #disconnected(reason: string): void {
    if (this.#isDown || !this.#client) return;
    this.#isDown = true;
    this.#parts.log.warn({ broker: this.#parts.broker.id, reason }, 'Broker is not connected');
  }

  #take(client: MqttClient, packet: IPublishPacket, next: (error?: Error) => void): void {
    // When stopping nothing more is taken: the broker keeps it for the next start.
    if (!this.#client) {
      next(LATER);
      return;
    }
    // On a later connection the number of this message may be another one's: it is answered on its own or not at all.
    const { stream } = client;
    const work = this.#handle(client, packet).then(
      () => {
        if (packet.qos === 1 && !stream.destroyed) stream.write(puback(packet.messageId ?? 0));
      },
      (err) => this.#notStored(stream, packet.topic, err),
    );
    this.#inHand.add(work);
    void work.finally(() => this.#inHand.delete(work));
    if (this.#inHand.size < MOST_IN_HAND) next(LATER);
    else void Promise.race(this.#inHand).then(() => next(LATER));
  }

  async #handle(client: MqttClient, { payload, retain, topic }: IPublishPacket): Promise<void> {
    const { clock, onReading } = this.#parts;
    // What a broker kept may be of any age, and is not news.
    if (retain) return;
    const meter = this.#meters.get(topic);
    // The session remembers a topic that the configuration no longer has.
    if (!meter) {
      client.unsubscribe(topic);
      return;
    }
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const understood = understand(bytes, meter.model, meter.place, clock.now());
    if ('why' in understood) {
      this.#poisoned(meter, understood.why);
      return;
    }
    const { reading } = understood;
    await onReading(
      reading.timeSource === 'arrival' ? { ...reading, time: this.#unusedTime(topic, reading.time) } : reading,
    );
    meter.health.answered(reading.time);
  }

  /**
   * The time of arrival, but never the same millisecond twice for one topic: messages without a time of their own come in
   * bursts, and a meter has one reading for an instant.
   */
  #unusedTime(topic: string, arrivedAt: number): number {
    const latest = this.#latestArrival.get(topic);
    // A clock that was set back is followed.
    const isBurst = latest !== undefined && latest >= arrivedAt && latest - arrivedAt < LONGEST_BURST;
    const time = isBurst ? latest + 1 : arrivedAt;
    this.#latestArrival.set(topic, time);
    return time;
  }

  /** Acknowledged all the same: what cannot be understood today will not be tomorrow, and would block the others. */
  #poisoned({ health, place, topic }: TopicMeter, reason: string): void {
    health.failed(new Error(reason), { isToldElsewhere: true });
    if (this.#poisonedTopics.has(topic)) return;
    this.#poisonedTopics.add(topic);
    const { broker, log } = this.#parts;
    log.warn({ broker: broker.id, topic, meter: place.meter.id, reason }, 'Payload is not understood');
  }

  #notStored(stream: MqttClient['stream'], topic: string, err: unknown): void {
    if (this.#redelivery || !this.#client) return;
    const { broker, log } = this.#parts;
    log.error({ broker: broker.id, topic, err }, 'A reading could not be stored; its message is fetched again');
    this.#redelivery = setTimeout(() => {
      this.#redelivery = undefined;
      stream.destroy();
    }, REDELIVERY_PAUSE);
  }
}

/** MQTT 3.1.1, 3.4: the whole packet is the number of the message. */
function puback(messageId: number): Buffer {
  return Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
}
