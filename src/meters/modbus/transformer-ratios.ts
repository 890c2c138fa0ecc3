import type { Log } from '../../lib/log.ts';
import type { ModbusNumber, RatioRegisters } from '../model.ts';
import type { Rating } from '../rating.ts';
import { decode } from './codec.ts';
import { MeterError, ModbusException } from './errors.ts';
import type { Ask } from './request.ts';
import { spanOfPlace } from './span.ts';

/** The meter's own transformer ratio is none: its values cannot be made primary. */
export class UnusableRatio extends MeterError {
  override readonly name: string = 'UnusableRatio';
}

/** The meter does not have the register in which its model says that a ratio stands. */
export class NoRatioRegister extends UnusableRatio {
  override readonly name = 'NoRatioRegister';
}

export interface TransformerRatiosParts {
  readonly meter: string;
  readonly unit: number;
  readonly registers: RatioRegisters;
  /** From the configuration: a ratio other than 1 is used in place of the meter's. */
  readonly configured: Rating;
  readonly log: Log;
}

/** A register that was there may be refused while the meter starts up. */
const REFUSALS_UNTIL_TOLD = 3;
/** What says it in place of the meter, in the configuration. */
const KEYS = { ct: 'ct_ratio', pt: 'pt_ratio' } as const;

/** What makes a meter's values primary: configured, or read from the meter after each connecting and with the slow registers. */
export class TransformerRatios {
  readonly #parts: TransformerRatiosParts;
  /** Those that the configuration does not say. */
  readonly #wanted: RatioRegisters;
  #known: Rating | undefined;
  #connection = 0;
  #isTold = false;
  #refusals = 0;

  constructor(parts: TransformerRatiosParts) {
    this.#parts = parts;
    const { configured, registers } = parts;
    this.#wanted = {
      ...(registers.ct && configured.ctRatio === 1 && { ct: registers.ct }),
      ...(registers.pt && configured.ptRatio === 1 && { pt: registers.pt }),
    };
  }

  /**
   * The ratios for what is read over this connection, read again where the slow registers are due. Rejects with
   * UnusableRatio, or with what hindered the reading while none are known.
   */
  async over(connection: number, ask: Ask, { isSlowDue = false } = {}): Promise<Rating> {
    const { ct, pt } = this.#wanted;
    const { configured } = this.#parts;
    if (!ct && !pt) return configured;
    // Another connection may lead to a meter that was put in the place of the old one.
    const isSame = connection === this.#connection;
    const known = isSame ? this.#known : undefined;
    if (known && !isSlowDue) return known;
    this.#known = known;
    try {
      const ctRatio = ct ? await this.#read('ct', ct, ask) : configured.ctRatio;
      const ptRatio = pt ? await this.#read('pt', pt, ask) : configured.ptRatio;
      this.#known = { ctRatio, ptRatio };
    } catch (error) {
      if (known && (error instanceof ModbusException || error instanceof NoRatioRegister)) return known;
      throw error;
    }
    this.#connection = connection;
    this.#isTold = false;
    this.#refusals = 0;
    return this.#known;
  }

  async #read(which: 'ct' | 'pt', number: ModbusNumber, ask: Ask): Promise<number> {
    const { meter, unit, log } = this.#parts;
    const bytes = await this.#asked(which, number, () => ask({ unit, ...spanOfPlace(number) }));
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

  async #asked(which: 'ct' | 'pt', { address }: ModbusNumber, ask: () => Promise<Buffer>): Promise<Buffer> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ModbusException && error.isFunctionOrAddressRefused)) throw error;
      const hint = KEYS[which];
      this.#refused({ ratio: which, register: address, hint, reason: error.message });
      const message = `the meter does not have register ${address}, the ${which} ratio of its model: set ${hint} (${error.message})`;
      throw new NoRatioRegister(message, { cause: error });
    }
  }

  #refused(fields: Readonly<Record<string, unknown>>): void {
    const { meter, log } = this.#parts;
    this.#refusals += 1;
    if (this.#isTold || (this.#known && this.#refusals < REFUSALS_UNTIL_TOLD)) return;
    this.#isTold = true;
    const used = this.#known && { used: this.#known };
    log.warn({ meter, ...fields, ...used }, 'Meter does not have the ratio register of its model');
  }
}
