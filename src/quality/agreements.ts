import type { Agreement } from './agreement.ts';
import { LASTING_LOADS } from './lasting-loads.ts';
import { POWER_AGREEMENTS } from './power-agreements.ts';
import { VOLTAGE_AGREEMENTS } from './voltage-agreements.ts';

/** Every agreement that is looked at, in the order in which reasons are given. */
export const AGREEMENTS: readonly Agreement[] = [...LASTING_LOADS, ...VOLTAGE_AGREEMENTS, ...POWER_AGREEMENTS];
