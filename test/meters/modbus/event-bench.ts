import type { EventLog, ModbusModel } from '../../../src/meters/model.ts';
import { line, lineWith, MODEL, round } from './line-bench.ts';

/** An input register, as the logs of the tests have them. */
export const at = (address: number) => ({ functionCode: 4, address, type: 'uint16', order: 'ABCD' }) as const;

export function withEvents(...forms: readonly EventLog[]): ModbusModel {
  return { ...MODEL, events: forms };
}

/** The daemon is started again: the same meter, and the cursor that was saved. */
export async function restart(model: ModbusModel): Promise<void> {
  await line?.stop();
  lineWith([1], { model });
  await round(['m1']);
}
