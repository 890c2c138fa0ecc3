import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusModel } from '../model.ts';
import { MeterError, ModbusException, NoAnswer } from './errors.ts';
import { Patience } from './patience.ts';
import { type Block, planReads, splitBlock } from './read-plan.ts';
import type { Ask } from './request.ts';
import type { BlockAnswer } from './values.ts';

export interface BlockReaderParts {
  readonly meter: string;
  readonly unit: number;
  readonly model: ModbusModel;
  /** Milliseconds between two tries of a block that the meter does not give. */
  readonly probeInterval: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What came of a meter's blocks. */
export interface BlocksRead {
  readonly answers: readonly BlockAnswer[];
  /** When the first answer came: the one with the voltages. */
  readonly time: number;
  /** The meter stopped answering before all blocks were asked for. */
  readonly isLost: boolean;
  readonly isRefused: boolean;
}

interface PlannedBlock {
  readonly block: Block;
  readonly isSlow: boolean;
  readonly patience: Patience;
  /** The meter has given it once: its registers are there, and a refusal is a state that passes, such as starting up. */
  isProven: boolean;
  isTold: boolean;
}

interface Failure {
  readonly planned: PlannedBlock;
  readonly error: MeterError;
}

/** Illegal data address, and illegal data value, which some devices answer to a request that is too long. */
const REFUSALS: readonly number[] = [2, 3];

interface Plan {
  readonly fast: readonly Block[];
  readonly slow: readonly Block[];
}

/** Hundreds of meters are of one model. */
const PLANS = new WeakMap<ModbusModel, Plan>();

/** Reads a meter's blocks of registers, and learns which of them it does not give. */
export class BlockReader {
  readonly #parts: BlockReaderParts;
  #blocks: readonly PlannedBlock[];

  constructor(parts: BlockReaderParts) {
    this.#parts = parts;
    const { fast, slow } = planOf(parts.model);
    this.#blocks = [
      ...fast.map((block) => this.#planned(block, false)),
      ...slow.map((block) => this.#planned(block, true)),
    ];
  }

  /** Asks for the fast blocks, and for the slow ones where they are due. Rejects when nothing at all could be read. */
  async read(ask: Ask, { isSlowDue }: { isSlowDue: boolean }): Promise<BlocksRead> {
    const { clock, unit } = this.#parts;
    const answers: BlockAnswer[] = [];
    const failures: Failure[] = [];
    let time: number | undefined;
    let isLost = false;
    for (const planned of this.#blocks) {
      const { block, patience } = planned;
      if (planned.isSlow && !isSlowDue) continue;
      let bytes: Buffer | undefined;
      if (!isLost && !patience.isResting(clock.now())) {
        try {
          bytes = await ask({ unit, functionCode: block.functionCode, start: block.start, count: block.count });
          time ??= clock.now();
          patience.succeeded();
          planned.isProven = true;
          planned.isTold = false;
        } catch (error) {
          if (!(error instanceof MeterError)) throw error;
          failures.push({ planned, error });
          // The next block would only wait for the same time-out.
          isLost = !(error instanceof ModbusException) || error.isGateway || error.isBusy;
        }
      }
      answers.push({ block, bytes });
    }
    for (const { planned, error } of failures) this.#judge(planned, error, time !== undefined);
    if (time === undefined) throw failures[0]?.error ?? new NoAnswer('the meter refuses every block');
    return { answers, time, isLost, isRefused: failures.some(({ error }) => isRefusal(error)) };
  }

  #planned(block: Block, isSlow: boolean): PlannedBlock {
    return { block, isSlow, patience: new Patience(3, this.#parts.probeInterval), isProven: false, isTold: false };
  }

  /**
   * A block that fails while the meter gives others is at fault itself; it must not cost the line a request or a time-out
   * each poll. When the meter gives nothing at all, the line judges it as a whole.
   */
  #judge(planned: PlannedBlock, error: MeterError, isMeterAnswering: boolean): void {
    const now = this.#parts.clock.now();
    if (isRefusal(error) && !planned.isProven) {
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
        each === planned ? halves.map((half) => this.#planned(half, planned.isSlow)) : [each],
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
    const { meter, model, log } = this.#parts;
    log.warn({ meter, model: model.id, functionCode: planned.block.functionCode, ...fields }, message);
  }
}

function isRefusal(error: MeterError): boolean {
  return error instanceof ModbusException && REFUSALS.includes(error.code);
}

function planOf(model: ModbusModel): Plan {
  const known = PLANS.get(model);
  if (known) return known;
  const slow = model.registers.filter(({ isSlow }) => isSlow);
  // Where everything is slow, nothing is.
  const isAllSlow = slow.length === model.registers.length;
  const fast = isAllSlow ? slow : model.registers.filter(({ isSlow }) => !isSlow);
  const plan = { fast: planReads(fast, model), slow: isAllSlow ? [] : planReads(slow, model) };
  PLANS.set(model, plan);
  return plan;
}
