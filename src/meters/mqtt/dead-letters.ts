import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';

/** A message that nobody will ever understand. `time` is epoch milliseconds. */
export interface DeadLetter {
  readonly time: number;
  readonly broker: string;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Buffer;
}

const MEGABYTE = 1_048_576;
/** Each of the two files. */
const LARGEST_FILE = 5 * MEGABYTE;
const LONGEST_PAYLOAD = 4_096;
const LONGEST_REASON = 500;
/** Characters that may wait for the disk. What comes faster is counted only. */
const MOST_WAITING = MEGABYTE;

/**
 * The file of messages that were not understood, for the person who finds out why: JSON lines with the payload in base64,
 * at most 4 KiB of it. `dead-letters.jsonl` becomes `dead-letters.1.jsonl` when it is full, and the older one goes. Never
 * throws and never makes anyone wait: a disk that refuses is told once, and the letters are lost.
 */
export class DeadLetters {
  readonly #file: string;
  readonly #older: string;
  readonly #log: Log;
  #waiting: string[] = [];
  #size = 0;
  #writing: Promise<void> | undefined;
  #isRefused = false;
  #lost = 0;

  /** `folder` is the daemon's own, and exists. */
  constructor(folder: string, log: Log) {
    this.#file = join(folder, 'dead-letters.jsonl');
    this.#older = join(folder, 'dead-letters.1.jsonl');
    this.#log = log;
  }

  /** Letters that are in no file: there were too many at once, or the disk refused them. */
  get lost(): number {
    return this.#lost;
  }

  add({ time, broker, topic, reason, payload }: DeadLetter): void {
    if (this.#size > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    const line = JSON.stringify({
      time: new Date(time).toISOString(),
      broker,
      topic,
      reason: reason.slice(0, LONGEST_REASON),
      bytes: payload.length,
      payload: payload.toString('base64', 0, LONGEST_PAYLOAD),
    });
    this.#waiting.push(`${line}\n`);
    this.#size += line.length;
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was added is written, or is lost. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#size = 0;
      try {
        await this.#append(lines.join(''));
        this.#isRefused = false;
      } catch (error) {
        this.#lost += lines.length;
        this.#tell(error);
      }
    }
    this.#writing = undefined;
  }

  async #append(text: string): Promise<void> {
    const size = await stat(this.#file).then(
      (stats) => stats.size,
      // Not there yet. If it is something worse, the writing says so.
      () => 0,
    );
    if (size > 0 && size + Buffer.byteLength(text) > LARGEST_FILE) await rename(this.#file, this.#older);
    await appendFile(this.#file, text, { mode: 0o600 });
  }

  #tell(error: unknown): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#log.warn(
      { file: this.#file, reason: messageOf(error) },
      'Messages that are not understood cannot be written down',
    );
  }
}
