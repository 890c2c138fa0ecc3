import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusModel } from '../model.ts';
import { blockRequest } from './block-request.ts';
import { MeterError, ModbusException, NoAnswer } from './errors.ts';
import { type Piece, PlannedBlock } from './planned-block.ts';
import { type Block, planReads } from './read-plan.ts';
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

interface Failure {
  readonly planned: PlannedBlock;
  readonly piece: Piece;
  /** The whole of a split block, tried again. */
  readonly isTrial: boolean;
  readonly error: MeterError;
}

interface Plan {
  readonly fast: readonly Block[];
  readonly slow: readonly Block[];
}

/** Hundreds of meters are of one model. */
const PLANS = new WeakMap<ModbusModel, Plan>();

/** Reads a meter's blocks of registers, and learns which of them it does not give. */
export class BlockReader {
  readonly #parts: BlockReaderParts;
  readonly #blocks: readonly PlannedBlock[];

  constructor(parts: BlockReaderParts) {
    this.#parts = parts;
    const { fast, slow } = planOf(parts.model);
    this.#blocks = [
      ...fast.map((block) => new PlannedBlock(block, false, parts.probeInterval)),
      ...slow.map((block) => new PlannedBlock(block, true, parts.probeInterval)),
    ];
  }

  /** Asks for the fast blocks, and for the slow ones where they are due. Rejects when nothing at all could be read. */
  async read(ask: Ask, { isSlowDue }: { isSlowDue: boolean }): Promise<BlocksRead> {
    const { clock, unit } = this.#parts;
    const answers: BlockAnswer[] = [];
    const failures: Failure[] = [];
    let time: number | undefined;
    let isLost = false;
    for (const { planned, piece } of this.#toAsk(isSlowDue)) {
      const { block, patience } = piece;
      const isTrial = planned.isSplit && piece === planned.whole;
      let bytes: Buffer | undefined;
      if (!isLost && !patience.isResting(clock.now())) {
        try {
          bytes = await ask(blockRequest(unit, block));
          time ??= clock.now();
          if (planned.given(piece)) this.#tellThere(block);
        } catch (error) {
          if (!(error instanceof MeterError)) throw error;
          failures.push({ planned, piece, isTrial, error });
          if (!isHeldBack(error)) piece.missing = isNotGiven(error) ? 'not readable' : 'not answered';
          // The next block would only wait for the same time-out.
          isLost = isSilence(error);
        }
      }
      // The pieces of a whole that is not given say what is missing.
      if (bytes || !isTrial) answers.push({ block, bytes, missing: piece.missing });
    }
    for (const failure of failures) this.#judge(failure, time !== undefined);
    if (time === undefined) throw tellingOf(failures) ?? new MeterError('the meter refuses every block');
    return { answers, time, isLost, isRefused: failures.some(({ error, isTrial }) => !isTrial && isRefusal(error)) };
  }

  *#toAsk(isSlowDue: boolean): Generator<{ planned: PlannedBlock; piece: Piece }> {
    for (const planned of this.#blocks) {
      if (planned.isSlow && !isSlowDue) continue;
      for (const piece of planned.toAsk(this.#parts.clock.now())) yield { planned, piece };
    }
  }

  /**
   * A block that fails while the meter gives others is at fault itself; it must not cost the line a request or a time-out
   * each poll. When the meter gives nothing at all, the line judges it as a whole.
   */
  #judge({ planned, piece, isTrial, error }: Failure, isMeterAnswering: boolean): void {
    if (isHeldBack(error)) return;
    const now = this.#parts.clock.now();
    if (isTrial) {
      planned.wholeMissed(now);
      return;
    }
    if (isRefusal(error)) {
      piece.refused(now);
      if (piece.isGone(now)) {
        this.#refused(planned, piece, now);
        return;
      }
    }
    if (!isMeterAnswering) return;
    piece.patience.failed(now);
    if (!piece.patience.isResting(now)) return;
    const { start, count } = piece.block;
    const fields = { register: start, count, reason: error.message };
    const message = isNotGiven(error)
      ? 'Meter does not give a block of registers'
      : 'A block of registers could not be read';
    this.#tellOnce(piece, fields, message);
  }

  /** A refused block is read in two parts from now on, until the register that is not there stands alone and can be named. */
  #refused(planned: PlannedBlock, piece: Piece, now: number): void {
    if (planned.split(piece, now)) return;
    piece.patience.restFrom(now);
    const { start, registers } = piece.block;
    const fields = { register: start, quantity: registers[0]?.quantity };
    this.#tellOnce(piece, fields, 'Meter does not have a register of its model');
  }

  #tellOnce(piece: Piece, fields: Readonly<Record<string, unknown>>, message: string): void {
    if (piece.isTold) return;
    piece.isTold = true;
    const { meter, model, log } = this.#parts;
    log.warn({ meter, model: model.id, functionCode: piece.block.functionCode, ...fields }, message);
  }

  #tellThere({ functionCode, start, count }: Block): void {
    const { meter, model, log } = this.#parts;
    const fields = { meter, model: model.id, functionCode, register: start, count };
    log.info(fields, 'Meter gives a block of registers again that it had refused');
  }
}

function isHeldBack(error: MeterError): boolean {
  return error instanceof NoAnswer && error.isHeldBack;
}

/** Whether the meter would not answer to anything else now. */
function isSilence(error: MeterError): boolean {
  return error instanceof ModbusException ? error.isGateway || error.isBusy : !isHeldBack(error);
}

/** The first of what was asked for in fact, if any was. */
function tellingOf(failures: readonly Failure[]): MeterError | undefined {
  return (failures.find(({ error }) => !isHeldBack(error)) ?? failures[0])?.error;
}

function isRefusal(error: MeterError): boolean {
  return error instanceof ModbusException && error.isAddressRefused;
}

/** The meter says that it does not have this; whatever else came or did not come leaves that open. */
function isNotGiven(error: MeterError): boolean {
  return error instanceof ModbusException && error.isFunctionOrAddressRefused;
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
