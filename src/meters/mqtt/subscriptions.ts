import { type MqttClient, ReasonCodes } from 'mqtt';
import type { Log } from '../../lib/log.ts';
import { filtersMatching, matches } from './topic-filters.ts';

export interface SubscriptionParts {
  readonly broker: string;
  /** Topic filters, each once. */
  readonly topics: readonly string[];
  readonly log: Log;
}

/** Some brokers of the large clouds end the connection upon a request with more. */
const TOPICS_AT_ONCE = 8;
/** Rights at a broker may be granted at any time. */
const RETRY = 60_000;
const MOST_LEFT_OVERS = 1_000;
const LEFT_OVER = 'Broker remembers a subscription of an earlier configuration: it is taken back';

/**
 * What the session at the broker is subscribed to, all with QoS 1: asked for once in the life of a session, and again for
 * what was refused. Nobody can ask a broker what its session remembers; subscriptions that an earlier configuration
 * left there show themselves by their messages and are taken back then.
 */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  #isAsked = false;
  #refused: readonly string[] = [];
  readonly #told = new Set<string>();
  readonly #leftOvers = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  get refused(): readonly string[] {
    return this.#refused;
  }

  /** On a session that has them already, only what is missing is asked for: a second time would be sent twice. */
  connected(client: MqttClient, isKept: boolean): void {
    this.#leftOvers.clear();
    this.#ask(client, isKept && this.#isAsked ? this.#refused : this.#parts.topics);
  }

  lost(): void {
    clearTimeout(this.#retry);
  }

  /** Whether the message is none of ours; then its subscription is taken back. */
  isLeftOver(client: MqttClient, topic: string): boolean {
    const { broker, topics, log } = this.#parts;
    if (this.#leftOvers.has(topic)) return true;
    if (topics.some((filter) => matches(filter, topic))) return false;
    if (this.#leftOvers.size >= MOST_LEFT_OVERS) return true;
    this.#leftOvers.add(topic);
    if (this.#leftOvers.size === 1) log.info({ broker, topic }, LEFT_OVER);
    else log.debug({ broker, topic }, LEFT_OVER);
    for (const filters of chunks(filtersMatching(topic).filter((filter) => !topics.includes(filter)))) {
      client.unsubscribe(filters, (error) => this.#unanswered(error));
    }
    return true;
  }

  #ask(client: MqttClient, topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#isAsked = false;
    const refused = new Map<string, number>();
    const requests = chunks(topics);
    let open = requests.length;
    for (const request of requests) {
      client.subscribe(request, { qos: 1 }, (error, _, answer) => {
        // The connection ended meanwhile; the next one subscribes again.
        if (!answer) {
          this.#unanswered(error);
          return;
        }
        for (const [index, code] of answer.granted.entries()) {
          if (typeof code === 'number' && code !== 1) refused.set(request[index] ?? '', code);
        }
        open -= 1;
        if (open === 0) this.#answered(client, refused);
      });
    }
  }

  #answered(client: MqttClient, codes: ReadonlyMap<string, number>): void {
    const { broker, log } = this.#parts;
    this.#isAsked = true;
    const before = this.#refused;
    this.#refused = [...codes].filter(([, code]) => code >= 0x80).map(([topic]) => topic);
    const weaker = [...codes].filter(([topic, code]) => code === 0 && !this.#told.has(topic)).map(([topic]) => topic);
    const news = this.#refused.filter((topic) => !this.#told.has(topic));
    for (const topic of [...news, ...weaker]) this.#told.add(topic);
    if (weaker.length > 0) log.warn({ broker, topics: weaker }, 'Broker grants only QoS 0: messages may be lost');
    if (news.length > 0) log.error({ broker, topics: news, reasons: reasons(codes) }, 'Broker refuses topics');
    if (this.#refused.length > 0) {
      this.#retry = setTimeout(() => this.#ask(client, this.#refused), RETRY);
    } else if (before.length > 0) {
      log.info({ broker, topics: before }, 'Broker grants topics that it had refused');
      for (const topic of before) this.#told.delete(topic);
    }
  }

  #unanswered(error: Error | null | undefined): void {
    const { broker, log } = this.#parts;
    if (error) log.debug({ broker, reason: error.message }, 'A request to the broker was not answered');
  }
}

function reasons(codes: ReadonlyMap<string, number>): readonly string[] {
  const words = Object.entries(ReasonCodes);
  return [...new Set(codes.values())]
    .filter((code) => code >= 0x80)
    .map((code) => words.find(([known]) => Number(known) === code)?.[1] ?? String(code));
}

function chunks(list: readonly string[]): string[][] {
  const count = Math.ceil(list.length / TOPICS_AT_ONCE);
  return Array.from({ length: count }, (_, index) => list.slice(index * TOPICS_AT_ONCE, (index + 1) * TOPICS_AT_ONCE));
}
