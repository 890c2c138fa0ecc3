import { inspect } from 'node:util';
import { z } from 'zod';

const HIDDEN = '[secret]';

/** A string that does not show itself: printed, serialised or inspected it is '[secret]'. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The string itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Reads a string into a Secret; references such as 'file:...' are resolved before. */
export const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value));
