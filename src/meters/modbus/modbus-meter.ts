import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusModel } from '../model.ts';
import { measuredOf, type Rating } from '../rating.ts';
import { MeterError, ModbusException, NoAnswer } from './errors.ts';
import type { Request } from './frame.ts';
import { Patience } from './patience.ts';
import { type Block, planReads, splitBlock } from './read-plan.ts';
import { type BlockAnswer, rawValues } from './values.ts';

/** Sends one request over the meter's line and gives the words of its answer. */
export type Ask = (request: Request) => Promise<readonly number[]>;

export interface ModbusMeterParts {
  readonly id: string;
  readonly unit: number;
  readonly model: ModbusModel;
  readonly rating: Rating;
  /** Milliseconds between two tries of a block that the meter does not give. */
  readonly probeInterval: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface PlannedBlock {
  readonly block: Block;
  readonly patience: Patience;
  /** The meter has given it once: its registers are there, and a refusal is a state that passes, such as starting up. */
  isProven: boolean;
  isTold: boolean;
}

/** Illegal data address, and illegal data value, which some devices answer to a request that is too long. */
const REFUSALS: readonly number[] = [2, 3];

/** One meter on a Modbus line: what to ask it, and what its answers mean. */
export class ModbusMeter {
  readonly id: string;
  readonly #parts: ModbusMeterParts;
  #blocks: readonly PlannedBlock[];

  constructor(parts: ModbusMeterParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#blocks = planReads(parts.model).map((block) => this.#planned(block));
  }

  /**
   * Asks for all blocks. The reading has the time of the first answer, which is the one with the voltages; what could not
   * be read is missing from it. Rejects with the first error when nothing at all could be read.
   */
  async read(ask: Ask): Promise<Reading> {
    const { clock, model, rating, unit } = this.#parts;
    const answers: BlockAnswer[] = [];
    const failures: { planned: PlannedBlock; error: MeterError }[] = [];
    let time: number | undefined;
    let isLost = false;
    for (const planned of this.#blocks) {
      const { block, patience } = planned;
      let words: readonly number[] | undefined;
      if (!isLost && !patience.isResting(clock.now())) {
        try {
          words = await ask({ unit, functionCode: block.functionCode, start: block.start, count: block.count });
          time ??= clock.now();
          patience.succeeded();
          planned.isProven = true;
          planned.isTold = false;
        } catch (error) {
          if (!(error instanceof MeterError)) throw error;
          failures.push({ planned, error });
          // The next block would only wait for the same time-out.
          isLost = !(error instanceof ModbusException) || error.isGateway;
        }
      }
      answers.push({ block, words });
    }
    for (const { planned, error } of failures) this.#judge(planned, error, time !== undefined);
    if (time === undefined) throw failures[0]?.error ?? new NoAnswer('the meter refuses every block');
    const { values, missing } = measuredOf(rawValues(answers, model.wordOrder), rating);
    const reading = { meter: this.id, time, timeSource: 'read', arrivedAt: time, values } as const;
    return Object.keys(missing).length > 0 ? { ...reading, missing } : reading;
  }

  #planned(block: Block): PlannedBlock {
    return { block, patience: new Patience(3, this.#parts.probeInterval), isProven: false, isTold: false };
  }

  /**
   * A block that fails while the meter gives others is at fault itself; it must not cost the line a request or a time-out
   * each poll. When the meter gives nothing at all, the line judges it as a whole.
   */
  #judge(planned: PlannedBlock, error: MeterError, isMeterAnswering: boolean): void {
    const now = this.#parts.clock.now();
    if (error instanceof ModbusException && REFUSALS.includes(error.code) && !planned.isProven) {
      this.#refused(planned, now);
      return;
    }
    if (!isMeterAnswering) return;
    planned.patience.failed(now);
    if (!planned.patience.isResting(now)) return;
    const { start, count } = planned.block;
    const fields = { register: start, count, reason: error.message };
    this.#tellOnce(planned, fields, 'Meter does not give a block of registers');
  }

  /** A refused block is read in two parts from now on, until the register that is not there stands alone and can be named. */
  #refused(planned: PlannedBlock, now: number): void {
    const halves = splitBlock(planned.block);
    if (halves) {
      this.#blocks = this.#blocks.flatMap((each) =>
        each === planned ? halves.map((half) => this.#planned(half)) : [each],
      );
      return;
    }
    planned.patience.restFrom(now);
    const { start, registers } = planned.block;
    const fields = { register: start, quantity: registers[0]?.quantity };
    this.#tellOnce(planned, fields, 'Meter does not have a register of its model');
  }

  #tellOnce(planned: PlannedBlock, fields: Readonly<Record<string, unknown>>, message: string): void {
    if (planned.isTold) return;
    planned.isTold = true;
    const { id, model, log } = this.#parts;
    log.warn({ meter: id, model: model.id, functionCode: planned.block.functionCode, ...fields }, message);
  }
}
