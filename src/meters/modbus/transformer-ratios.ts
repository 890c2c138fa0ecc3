import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusNumber, RatioRegisters } from '../model.ts';
import type { Rating } from '../rating.ts';
import { decode } from './codec.ts';
import { MeterError, ModbusException } from './errors.ts';
import type { Ask } from './request.ts';
import { spanOfPlace } from './span.ts';

/** The meter's own transformer ratio is none: its values cannot be made primary. */
export class UnusableRatio extends MeterError {
  override readonly name = 'UnusableRatio';
}

export interface TransformerRatiosParts {
  readonly meter: string;
  readonly unit: number;
  readonly registers: RatioRegisters;
  /** From the configuration: a ratio other than 1 is used in place of the meter's. */
  readonly configured: Rating;
  readonly clock: Clock;
  readonly log: Log;
}

const READ_AGAIN_AFTER = 3_600_000;
const RETRY_AFTER = 60_000;

/** What makes a meter's values primary: configured, or read from the meter after each connecting and once an hour. */
export class TransformerRatios {
  readonly #parts: TransformerRatiosParts;
  /** Those that the configuration does not say. */
  readonly #wanted: RatioRegisters;
  #known: Rating | undefined;
  #connection = 0;
  #due = Number.NEGATIVE_INFINITY;
  #isTold = false;

  constructor(parts: TransformerRatiosParts) {
    this.#parts = parts;
    const { configured, registers } = parts;
    this.#wanted = {
      ...(registers.ct && configured.ctRatio === 1 && { ct: registers.ct }),
      ...(registers.pt && configured.ptRatio === 1 && { pt: registers.pt }),
    };
  }

  /**
   * The ratios for what is read over this connection. Rejects with UnusableRatio, or with what hindered the reading while
   * none are known.
   */
  async over(connection: number, ask: Ask): Promise<Rating> {
    const { ct, pt } = this.#wanted;
    const { clock, configured } = this.#parts;
    if (!ct && !pt) return configured;
    // Another connection may lead to a meter that was put in the place of the old one.
    const isSame = connection === this.#connection;
    const now = clock.now();
    const known = isSame ? this.#known : undefined;
    if (known && now < this.#due) return known;
    this.#known = known;
    try {
      const ctRatio = ct ? await this.#read('ct', ct, ask) : configured.ctRatio;
      const ptRatio = pt ? await this.#read('pt', pt, ask) : configured.ptRatio;
      this.#known = { ctRatio, ptRatio };
    } catch (error) {
      if (!known || !(error instanceof ModbusException)) throw error;
      this.#due = now + RETRY_AFTER;
      return known;
    }
    this.#connection = connection;
    this.#due = now + READ_AGAIN_AFTER;
    this.#isTold = false;
    return this.#known;
  }

  async #read(which: 'ct' | 'pt', number: ModbusNumber, ask: Ask): Promise<number> {
    const { meter, unit, log } = this.#parts;
    const bytes = await ask({ unit, ...spanOfPlace(number) });
    const raw = decode(bytes, 0, number);
    const ratio = typeof raw === 'number' ? raw * number.scale : Number.NaN;
    if (Number.isFinite(ratio) && ratio > 0) return ratio;
    this.#known = undefined;
    const found = typeof raw === 'number' ? ratio : raw;
    if (!this.#isTold) {
      log.warn({ meter, ratio: which, register: number.address, found }, 'Meter has no usable transformer ratio');
    }
    this.#isTold = true;
    throw new UnusableRatio(`the meter's ${which} ratio is ${found}`);
  }
}
