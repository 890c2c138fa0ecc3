import type { Writable } from 'node:stream';

/** The most messages that are taken and not yet acknowledged. MQTT 5 lets us tell the broker so. */
export const MOST_IN_HAND = 5_000;

/** The connection that a message came by. */
type Line = Pick<Writable, 'destroyed' | 'write'>;

/** One message in hand, until everything that it became is durable. */
export class Receipt {
  readonly topic: string;
  readonly line: Line;
  /** Absent for QoS 0, which nobody wants acknowledged. */
  readonly messageId: number | undefined;
  readonly #onDone: (receipt: Receipt) => void;
  #open = 1;
  #isFailed = false;

  constructor(line: Line, topic: string, messageId: number | undefined, onDone: (receipt: Receipt) => void) {
    this.line = line;
    this.topic = topic;
    this.messageId = messageId;
    this.#onDone = onDone;
  }

  /** Whether the broker may and wants to be told that it is done. */
  get isToBeAcknowledged(): boolean {
    return this.messageId !== undefined && !this.#isFailed && !this.line.destroyed;
  }

  /** One more thing of the message has to become durable. */
  hold(): void {
    this.#open += 1;
  }

  /** One thing less has. The message itself counts as one until all of it is handed on. */
  done(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onDone(this);
  }

  failed(): void {
    this.#isFailed = true;
    this.done();
  }
}

/**
 * The messages in hand and their acknowledgements. A message is acknowledged once, when the last of its parts is durable,
 * on the connection that it came by: on a later one its number may be another's. What became durable together is
 * acknowledged with one write.
 */
export class Receipts {
  readonly #onFailed: (receipt: Receipt, error: unknown) => void;
  readonly #onRoom: () => void;
  #inHand = 0;
  #finished: Receipt[] = [];
  #batch: { readonly work: Promise<void>; readonly receipts: Receipt[] } | undefined;
  #whenEmpty: (() => void) | undefined;

  /** `onFailed` is told what did not become durable; `onRoom` is called after messages were finished. */
  constructor(onFailed: (receipt: Receipt, error: unknown) => void, onRoom: () => void) {
    this.#onFailed = onFailed;
    this.#onRoom = onRoom;
  }

  get inHand(): number {
    return this.#inHand;
  }

  take(line: Line, topic: string, messageId: number | undefined): Receipt {
    this.#inHand += 1;
    return new Receipt(line, topic, messageId, this.#onDone);
  }

  /** One thing of the message is done when the work is, and failed when it rejects. Work that many share costs little. */
  doneAfter(work: void | Promise<void>, receipt: Receipt): void {
    if (!(work instanceof Promise)) {
      receipt.done();
      return;
    }
    if (this.#batch?.work === work) {
      this.#batch.receipts.push(receipt);
      return;
    }
    const receipts = [receipt];
    this.#batch = { work, receipts };
    work.then(
      () => {
        this.#forget(work);
        for (const each of receipts) each.done();
      },
      (error) => {
        this.#forget(work);
        for (const each of receipts) this.failed(each, error);
      },
    );
  }

  failed(receipt: Receipt, error: unknown): void {
    this.#onFailed(receipt, error);
    receipt.failed();
  }

  /** Resolves when no message is in hand. */
  empty(): Promise<void> {
    if (this.#inHand === 0 && this.#finished.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  readonly #onDone = (receipt: Receipt): void => {
    this.#inHand -= 1;
    if (this.#finished.push(receipt) === 1) queueMicrotask(() => this.#acknowledge());
  };

  #forget(work: Promise<void>): void {
    if (this.#batch?.work === work) this.#batch = undefined;
  }

  #acknowledge(): void {
    const finished = this.#finished;
    this.#finished = [];
    for (const [line, ids] of idsByLine(finished)) line.write(pubacks(ids));
    this.#onRoom();
    if (this.#inHand === 0) this.#whenEmpty?.();
  }
}

function idsByLine(receipts: readonly Receipt[]): ReadonlyMap<Line, number[]> {
  const found = new Map<Line, number[]>();
  for (const { line, messageId, isToBeAcknowledged } of receipts) {
    if (messageId === undefined || !isToBeAcknowledged) continue;
    const ids = found.get(line);
    if (ids) ids.push(messageId);
    else found.set(line, [messageId]);
  }
  return found;
}

/** MQTT 3.1.1, 3.4 and MQTT 5, 3.4.2.1: two bytes say that the number is all there is, and that all is well. */
function pubacks(ids: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * ids.length);
  let at = 0;
  for (const id of ids) {
    at = bytes.writeUInt16BE(0x4002, at);
    at = bytes.writeUInt16BE(id, at);
  }
  return bytes;
}
