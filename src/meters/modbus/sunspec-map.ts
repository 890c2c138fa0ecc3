import type { FunctionCode } from '../model.ts';
import { MeterError, ModbusException } from './errors.ts';
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
/** No device has more; a walk through garbage must end. */
const MOST_MODELS = 100;

/** Where a device's SunSpec model stands: found once, and again when reads fail on a new connection. */
export class SunSpecMap {
  readonly #parts: SunSpecMapParts;
  #base: number | undefined;
  #connection = 0;

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

  async #search(ask: Ask): Promise<number> {
    for (const start of STARTS) {
      const mark = await this.#read(start, MARK_REGISTERS, ask);
      if (mark?.toString('latin1') === MARK) return await this.#walk(start, ask);
    }
    throw new NoSunSpec(`no SunSpec map begins at ${STARTS.join(', ')}`);
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
