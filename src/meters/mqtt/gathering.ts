import { atTimeOf, joined, quantitiesOf } from '../../domain/joined-reading.ts';
import type { Quantity } from '../../domain/quantity.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Receipt } from './receipts.ts';

/** Hands a reading on, with the messages that it came by. */
type Deliver = (reading: Reading, receipts: readonly Receipt[]) => void;

interface Gathered {
  /** Of the first part: the one reading that all of them become. */
  readonly first: Reading;
  /** Every quantity that was said since the first part. */
  readonly said: Set<Quantity>;
  readonly timer: NodeJS.Timeout;
  readonly span: number;
  /** What is not handed on yet. */
  reading: Reading | undefined;
  receipts: Receipt[];
}

/** A broker that waits for acknowledgements lets at least so many go unacknowledged (MQTT 3.1.1 has no say in it). */
const SMALLEST_WINDOW = 10;
/** Milliseconds without a part, upon which it is thought to wait. */
const STALLED = 100;

/**
 * Makes one reading of parts that a meter sends as messages of their own: all that comes within a span after the first
 * part, until a quantity repeats or a part is from another time. A broker that waits for acknowledgements before it sends
 * on gets them early: what there is becomes durable, and the parts that follow join it at the same time.
 */
export class Gathering {
  readonly #deliver: Deliver;
  readonly #isWindowKnown: boolean;
  readonly #meters = new Map<string, Gathered>();
  /** Messages that the broker wants acknowledged. */
  #waiting = 0;
  #stall: NodeJS.Timeout | undefined;

  /** `isWindowKnown`: the broker was told how many messages may go unacknowledged (MQTT 5). */
  constructor(deliver: Deliver, isWindowKnown: boolean) {
    this.#deliver = deliver;
    this.#isWindowKnown = isWindowKnown;
  }

  /** Whether the part begins a reading, which needs a time of its own then. */
  begins(part: Reading): boolean {
    const gathered = this.#meters.get(part.meter);
    return !gathered || isAnother(part, gathered);
  }

  /** Takes a part for `span` milliseconds at most. Its message stays in hand until the part is handed on and durable. */
  add(part: Reading, span: number, receipt: Receipt): void {
    receipt.hold();
    if (receipt.messageId !== undefined) this.#waiting += 1;
    const gathered = this.#meters.get(part.meter);
    if (gathered && !isAnother(part, gathered)) {
      for (const quantity of quantitiesOf(part)) gathered.said.add(quantity);
      const stamped = atTimeOf(part, gathered.first);
      gathered.reading = gathered.reading ? joined(gathered.reading, stamped, 'second counts') : stamped;
      gathered.receipts.push(receipt);
    } else {
      this.#end(part.meter);
      const timer = setTimeout(() => this.#end(part.meter), span);
      const said = new Set(quantitiesOf(part));
      this.#meters.set(part.meter, { first: part, said, timer, span, reading: part, receipts: [receipt] });
    }
    if (!this.#isWindowKnown && this.#waiting >= SMALLEST_WINDOW) this.#watchForStall();
  }

  /** Hands on all that is there. Parts that follow within the span still join it. */
  relieve(): void {
    for (const gathered of this.#meters.values()) this.#handOn(gathered);
  }

  /** Hands on all that is there, and has done with it. */
  flush(): void {
    clearTimeout(this.#stall);
    for (const meter of [...this.#meters.keys()]) this.#end(meter);
  }

  #end(meter: string): void {
    const gathered = this.#meters.get(meter);
    if (!gathered) return;
    this.#meters.delete(meter);
    clearTimeout(gathered.timer);
    this.#handOn(gathered);
  }

  #handOn(gathered: Gathered): void {
    const { reading, receipts } = gathered;
    if (!reading) return;
    gathered.reading = undefined;
    gathered.receipts = [];
    this.#waiting -= receipts.filter(({ messageId }) => messageId !== undefined).length;
    this.#deliver(reading, receipts);
  }

  #watchForStall(): void {
    if (this.#stall) {
      this.#stall.refresh();
      return;
    }
    this.#stall = setTimeout(() => {
      this.#stall = undefined;
      if (this.#waiting >= SMALLEST_WINDOW) this.relieve();
    }, STALLED);
  }
}

function isAnother(part: Reading, { first, said, span }: Gathered): boolean {
  if (part.timeSource === 'payload' && Math.abs(part.time - first.time) > span) return true;
  return quantitiesOf(part).some((quantity) => said.has(quantity));
}
