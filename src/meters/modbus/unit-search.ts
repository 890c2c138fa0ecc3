import type { FunctionCode } from '../model.ts';
import { BadAnswer, MeterError, ModbusException, Unreachable } from './errors.ts';
import type { Ask } from './request.ts';

/** Every meter is asked for the same: what it says to it matters less than that it says something. */
const CHEAP = { start: 0, count: 2 } as const;

export interface UnitSearchParts {
  readonly units: readonly number[];
  readonly functionCode: FunctionCode;
  readonly ask: Ask;
  readonly stopping: AbortSignal;
  /** Who answered; what was found stands here also when the search breaks off. */
  readonly found: number[];
  readonly tell: (unit: number) => void;
}

/**
 * Asks each unit one thing: a refusal counts as being there. Gives what came that is no Modbus, if anything did. Rejects with
 * Unreachable when there is no connection.
 */
export async function searchUnits(parts: UnitSearchParts): Promise<string | undefined> {
  const { ask, found, functionCode, stopping, tell, units } = parts;
  let doubt: string | undefined;
  for (const unit of units) {
    stopping.throwIfAborted();
    tell(unit);
    try {
      await ask({ unit, functionCode, ...CHEAP });
      found.push(unit);
    } catch (error) {
      if (!(error instanceof MeterError) || error instanceof Unreachable) throw error;
      if (error instanceof ModbusException && !error.isGateway) found.push(unit);
      if (error instanceof BadAnswer) doubt ??= error.message;
    }
  }
  return doubt;
}
