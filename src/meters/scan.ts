import { setTimeout as pause } from 'node:timers/promises';
import type { CalledConnection, SerialConnection } from '../domain/customer.ts';
import { CURRENTS } from '../domain/quantity.ts';
import type { Values } from '../domain/reading.ts';
import { called } from './modbus/called.ts';
import { ModbusConnection } from './modbus/connection.ts';
import { type MarkFound, markOf } from './modbus/device-marks.ts';
import { MeterError, NoAnswer, Unreachable } from './modbus/errors.ts';
import { type Identity, identityOf } from './modbus/identity.ts';
import { guessModels, type ModelGuess } from './modbus/model-guess.ts';
import { otherProtocol } from './modbus/other-protocol.ts';
import { wordsOf } from './modbus/probed-rows.ts';
import type { Ask } from './modbus/request.ts';
import { serial } from './modbus/serial.ts';
import { searchUnits } from './modbus/unit-search.ts';
import type { FunctionCode, ModbusModel } from './model.ts';

export { adviceOn } from './modbus/advice.ts';
export { identityText } from './modbus/identity.ts';
export type { ModelGuess } from './modbus/model-guess.ts';

export type ScanConnection = CalledConnection | SerialConnection;

/** Times in milliseconds. */
export interface ScanParts {
  /** Its unit is of no interest. */
  readonly connection: ScanConnection;
  readonly units: readonly number[];
  readonly models: readonly ModbusModel[];
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly stopping: AbortSignal;
  /** What goes on, for a person who waits. */
  readonly tell: (text: string) => void;
}

export interface FoundUnit {
  readonly unit: number;
  readonly identity?: Identity;
  readonly mark?: MarkFound;
  /** False where the scan ended before. */
  readonly isExamined: boolean;
  /** The likeliest first. */
  readonly guesses: readonly ModelGuess[];
  /** Where no model fits: what came of asking for its first registers. */
  readonly answers?: readonly FirstAnswer[];
}

export interface FirstAnswer {
  readonly functionCode: FunctionCode;
  /** Registers 0 and 1. */
  readonly words?: readonly number[];
  /** Why there are none. */
  readonly cause?: string;
}

export interface ScanResult {
  /** In the protocol that was answered. */
  readonly connection: ScanConnection;
  /** Which is not the one that was asked for. */
  readonly isOtherProtocol: boolean;
  readonly units: readonly FoundUnit[];
  /** Every unit number is answered, and by one and the same device. */
  readonly isOneDevice: boolean;
  /** Why it ended early. */
  readonly failure?: MeterError;
  /** What came that is no Modbus. */
  readonly doubt?: string;
  readonly isStopped: boolean;
}

/** So many units in a row without a gap are a device that does not look at the number, or a full bus. */
const SUSPICIOUSLY_MANY = 8;
/** A device that is silent upon what it does not have costs a time-out each time; it is looked at no further. */
const MOST_SILENCES = 12;
const BREATH = 1_000;
/** Of two values that are the same but for the time between them. */
const SAME = 0.05;
const OWN = [...CURRENTS, 'active_power_total', 'energy_active_import'] as const;

/** Finds the units of a line and guesses their models. Reads only; a silent unit costs one time-out and a reconnect. */
export class Scan {
  readonly #parts: ScanParts;
  /** Units that answered, and those of them that were looked at. */
  readonly #present: number[] = [];
  readonly #found: FoundUnit[] = [];
  #connection: ScanConnection;
  #modbus: ModbusConnection | undefined;
  #wasOpen = false;

  constructor(parts: ScanParts) {
    this.#parts = parts;
    this.#connection = parts.connection;
  }

  async run(): Promise<ScanResult> {
    const { stopping } = this.#parts;
    const stop = () => this.#modbus?.close();
    stopping.addEventListener('abort', stop);
    try {
      const doubt = await this.#search();
      const isOneDevice = await this.#examineAll();
      return this.#result({ isOneDevice, ...(doubt !== undefined && { doubt }) });
    } catch (error) {
      if (stopping.aborted) return this.#result({ isStopped: true });
      if (error instanceof MeterError) return this.#result({ failure: error });
      throw error;
    } finally {
      stopping.removeEventListener('abort', stop);
      stop();
    }
  }

  #result(more: Partial<ScanResult>): ScanResult {
    const examined = new Set(this.#found.map(({ unit }) => unit));
    const others = more.isOneDevice ? [] : this.#present.filter((unit) => !examined.has(unit));
    const units = [...this.#found, ...others.map((unit) => ({ unit, isExamined: false, guesses: [] }))];
    const connection = this.#connection;
    const isOtherProtocol = units.length > 0 && connection.kind !== this.#parts.connection.kind;
    return { connection, isOtherProtocol, units, isOneDevice: false, isStopped: false, ...more };
  }

  /** In the protocol of the address, in the other one, and last with the other function code. What came that is no Modbus. */
  async #search(): Promise<string | undefined> {
    const { connection } = this.#parts;
    const other = otherProtocol(connection);
    const doubt = await this.#searchBy(connection, 3);
    if (other && this.#present.length === 0) await this.#searchBy(other, 3);
    if (this.#present.length === 0) await this.#searchBy(connection, 4);
    return this.#present.length === 0 ? doubt : undefined;
  }

  async #searchBy(connection: ScanConnection, functionCode: 3 | 4): Promise<string | undefined> {
    const { connectTimeout, stopping, tell, timeout, units } = this.#parts;
    this.#modbus?.close();
    this.#connection = connection;
    const way =
      connection.kind === 'rtu-serial'
        ? serial(connection)
        : called(connection.host, connection.port, connection.kind === 'modbus-tcp' ? 'tcp' : 'rtu');
    this.#modbus = new ModbusConnection({ way, timeout, connectTimeout, pauseAfterConnect: 0 });
    const found = this.#present;
    const told = (unit: number) =>
      tell(`${way.name}: unit ${unit}, function code ${functionCode}, ${found.length} found`);
    return searchUnits({ units, functionCode, ask: this.#ask, stopping, found, tell: told });
  }

  /** Whether all units are one device. */
  async #examineAll(): Promise<boolean> {
    const units = this.#present;
    const [first] = units;
    const last = units.at(-1);
    const isFull = units.length >= SUSPICIOUSLY_MANY && units.length === this.#parts.units.length;
    const one = first === undefined ? undefined : await this.#examine(first);
    if (one) this.#found.push(one);
    if (isFull && one && last !== undefined && areSame(one, await this.#examine(last))) return true;
    for (const unit of units.slice(1)) this.#found.push(await this.#examine(unit));
    return false;
  }

  async #examine(unit: number): Promise<FoundUnit> {
    const { models, tell } = this.#parts;
    tell(`unit ${unit}: what it is`);
    const ask = this.#remembering();
    const identity = await identityOf(unit, ask);
    const mark = await markOf(unit, ask);
    const told = { ...(identity && { identity }), ...(mark && { mark }) };
    const guesses = await guessModels(unit, models, told, ask);
    const answers = guesses.length === 0 && { answers: await firstAnswers(unit, this.#ask) };
    return { unit, ...told, isExamined: true, guesses, ...answers };
  }

  /** Models have registers in common: each request is made once. */
  #remembering(): Ask {
    const known = new Map<string, Promise<Buffer>>();
    let silences = 0;
    return (request) => {
      const key = JSON.stringify(request);
      const before = known.get(key);
      if (before !== undefined) return before;
      if (silences >= MOST_SILENCES) return Promise.reject(new NoAnswer('it was silent too often'));
      const answer = this.#ask(request).catch((error: unknown) => {
        if (error instanceof NoAnswer) silences += 1;
        throw error;
      });
      known.set(key, answer);
      return answer;
    };
  }

  readonly #ask: Ask = async (request) => {
    const { stopping } = this.#parts;
    const modbus = this.#modbus;
    stopping.throwIfAborted();
    if (!modbus) throw new Unreachable('there is no connection');
    if (!modbus.isOpen) await this.#open(modbus);
    return modbus.ask(request);
  };

  /** A device that serves one client needs a moment to see that the last one has gone. */
  async #open(modbus: ModbusConnection): Promise<void> {
    try {
      await modbus.open();
    } catch (error) {
      if (!(error instanceof Unreachable) || !this.#wasOpen) throw error;
      await pause(BREATH, undefined, { signal: this.#parts.stopping });
      await modbus.open();
    }
    this.#wasOpen = true;
  }
}

/** Holding and input registers. Rejects with what is no MeterError. */
async function firstAnswers(unit: number, ask: Ask): Promise<readonly FirstAnswer[]> {
  const answers: FirstAnswer[] = [];
  for (const functionCode of [3, 4] as const) {
    try {
      answers.push({ functionCode, words: wordsOf(await ask({ unit, functionCode, start: 0, count: 2 })) });
    } catch (error) {
      if (!(error instanceof MeterError)) throw error;
      answers.push({ functionCode, cause: error.message });
    }
  }
  return answers;
}

/** Devices on one busbar have the same voltages, and neither the same load nor the same counters. */
function areSame({ guesses: [one] }: FoundUnit, { guesses: [other] }: FoundUnit): boolean {
  if (!one || !other) return one === other;
  return one.model.id === other.model.id && OWN.every((quantity) => isAlike(one.values, other.values, quantity));
}

function isAlike(a: Values, b: Values, quantity: (typeof OWN)[number]): boolean {
  const [x, y] = [a[quantity], b[quantity]];
  if (x === undefined || y === undefined) return x === y;
  return Math.abs(x - y) <= SAME * Math.max(Math.abs(x), Math.abs(y));
}
