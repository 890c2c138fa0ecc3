import { setTimeout as wait } from 'node:timers/promises';
import { asError } from './errors.ts';

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
    for (const part of this.#parts.toReversed()) {
      try {
        await withinTime(part.name, Promise.resolve().then(part.close), part.limitMs);
      } catch (error) {
        first ??= asError(error);
      }
    }
    if (first) throw first;
  }
}

async function withinTime(name: string, work: Promise<void>, limitMs: number): Promise<void> {
  const timer = new AbortController();
  // The timer keeps the process alive: a part that hangs without a handle must not end it before the others are closed.
  const late = wait(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${name} did not close within ${limitMs} ms`);
  });
  // Rejects when the timer is aborted, after everyone stopped listening.
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
