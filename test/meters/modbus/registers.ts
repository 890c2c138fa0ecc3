import type { ReadLimits } from '../../../src/meters/modbus/read-plan.ts';
import type { FunctionCode, ModbusRegister, ScaleRegister } from '../../../src/meters/model.ts';

export function register(address: number, more: Partial<ModbusRegister> = {}): ModbusRegister {
  return {
    functionCode: 3,
    address,
    type: 'float32',
    order: 'ABCD',
    quantity: 'frequency',
    scale: 1,
    offset: 0,
    scaledBy: [],
    isSlow: false,
    isAlone: false,
    ...more,
  };
}

export function exponentAt(address: number, functionCode: FunctionCode = 3): ScaleRegister {
  return { functionCode, address, type: 'int16', order: 'ABCD', means: 'exponent' };
}

export function limits(more: Partial<ReadLimits> = {}): ReadLimits {
  return { maxBlock: 125, maxGap: 0, forbidden: [], ...more };
}
