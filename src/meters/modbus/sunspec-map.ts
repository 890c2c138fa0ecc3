import type { FunctionCode } from '../model.ts';
import { BadAnswer, MeterError, ModbusException, NoAnswer } from './errors.ts';
import type { Ask } from './request.ts';

/** The device shows no SunSpec map, or none with a model that is wanted. */
export class NoSunSpec extends MeterError {
  override readonly name = 'NoSunSpec';
}

export interface SunSpecMapParts {
  readonly unit: number;
  readonly functionCode: FunctionCode;
  /** The first of these that the device has is taken, in the device's order. */
  readonly models: readonly number[];
}

/** SunSpec Device Information Model Specification, 6.2: where the map may begin, and its mark. */
const STARTS = [40_000, 50_000, 0] as const;
const MARK = 'SunS';
const MARK_REGISTERS = 2;
const HEADER_REGISTERS = 2;
const END = 0xffff;
/** Where so many of them go unanswered in one search, the device is not there, or asking on would hold up its line. */
const MOST_SILENCES = 2;
/** No device has more; a walk through garbage must end. */
const MOST_MODELS = 100;

/** Where a device's SunSpec model stands: found once, and again when reads fail on a new connection. */
export class SunSpecMap {
  readonly #parts: SunSpecMapParts;
  #base: number | undefined;
  #connection = 0;
  /** Which of the starts the next search begins with. */
  #first = 0;

  constructor(parts: SunSpecMapParts) {
    this.#parts = parts;
  }

  /** The address of the register that holds the model's id. Rejects with NoSunSpec, or with what hindered the search. */
  async base(connection: number, ask: Ask): Promise<number> {
    if (this.#base !== undefined) return this.#base;
    this.#base = await this.#search(ask);
    this.#connection = connection;
    return this.#base;
  }

  /** Registers of the model were refused or not: on another connection than before, a refusal means another map. */
  used(connection: number, { isRefused }: { isRefused: boolean }): void {
    if (connection === this.#connection) return;
    if (isRefused) this.#base = undefined;
    else this.#connection = connection;
  }

  /** Some devices let a request for registers that they do not have go unanswered: another start may still be right. */
  async #search(ask: Ask): Promise<number> {
    const silences: MeterError[] = [];
    // Another search begins behind the last start that was silent.
    const starts = [...STARTS.slice(this.#first), ...STARTS.slice(0, this.#first)];
    for (const start of starts) {
      const mark = await this.#mark(start, ask);
      if (mark === MARK) return await this.#walk(start, ask);
      if (!(mark instanceof MeterError)) continue;
      silences.push(mark);
      this.#first = (STARTS.indexOf(start) + 1) % STARTS.length;
      if (silences.length === MOST_SILENCES) break;
    }
    throw silences[0] ?? new NoSunSpec(`no SunSpec map begins at ${STARTS.join(', ')}`);
  }

  /** What stands there; undefined where the device has no such registers, an error where it did not answer to that. */
  async #mark(start: number, ask: Ask): Promise<string | MeterError | undefined> {
    try {
      const bytes = await this.#read(start, MARK_REGISTERS, ask);
      return bytes?.toString('latin1');
    } catch (error) {
      if (error instanceof NoAnswer || error instanceof BadAnswer) return error;
      throw error;
    }
  }

  async #walk(start: number, ask: Ask): Promise<number> {
    const { models } = this.#parts;
    const seen: number[] = [];
    let at = start + MARK_REGISTERS;
    while (seen.length < MOST_MODELS && at + HEADER_REGISTERS <= 0x1_0000) {
      const header = await this.#read(at, HEADER_REGISTERS, ask);
      const id = header?.readUInt16BE(0) ?? END;
      if (id === END) break;
      if (models.includes(id)) return at;
      seen.push(id);
      at += HEADER_REGISTERS + (header?.readUInt16BE(2) ?? 0);
    }
    const found = seen.length > 0 ? `models ${seen.join(', ')}` : 'no model';
    throw new NoSunSpec(`the SunSpec map at ${start} has ${found}, not one of ${models.join(', ')}`);
  }

  /** Undefined where the device has no such registers. */
  async #read(start: number, count: number, ask: Ask): Promise<Buffer | undefined> {
    const { unit, functionCode } = this.#parts;
    try {
      return await ask({ unit, functionCode, start, count });
    } catch (error) {
      if (error instanceof ModbusException && !error.isGateway) return undefined;
      throw error;
    }
  }
}
