import { asError } from './errors.ts';
import { withinTime } from './within-time.ts';

type Close = () => void | Promise<void>;

/**
 * What was opened, closed in reverse order. Each part gets a bounded time, so that one that hangs does not keep the
 * others from closing. The first error is kept and thrown at the end. Closing twice is closing once.
 */
export class Closers {
  readonly #parts: { name: string; close: Close; limitMs: number }[] = [];
  #closing: Promise<void> | undefined;

  add(name: string, close: Close, limitMs = 2_000): void {
    this.#parts.push({ name, close, limitMs });
  }

  closeAll(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    let first: Error | undefined;
    for (const { name, close, limitMs } of this.#parts.toReversed()) {
      try {
        const isClosed = await withinTime(Promise.resolve().then(close), limitMs);
        if (!isClosed) throw new Error(`${name} did not close within ${limitMs} ms`);
      } catch (error) {
        first ??= asError(error);
      }
    }
    if (first) throw first;
  }
}
