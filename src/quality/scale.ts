import type { SupplyPoint } from '../domain/customer.ts';
import { nominalPhaseVolts, SINGLE_PHASE_KV } from '../domain/nominal-voltage.ts';

/** How large things are at a supply point: what "much" and "little" mean there. V, A, VA, primary. */
export interface Scale {
  readonly lineVolts: number;
  readonly phaseVolts: number;
  /** The larger of contract and transformer capacity; undefined when neither is known. */
  readonly capacityVa: number | undefined;
  /** `capacityVa`, or what 100 A carry where it is not known. */
  readonly ratedVa: number;
}

/** What of a supply point decides. */
export type ScaledPoint = Pick<SupplyPoint, 'nominalKv' | 'contractKva' | 'transformerKva'>;

const USUAL_AMPS = 100;

/** The larger capacity counts, because a limit of physics is meant here and not one of the contract. */
export function scaleOf({ nominalKv, contractKva, transformerKva }: ScaledPoint): Scale {
  const lineVolts = nominalKv * 1000;
  const phaseVolts = nominalKv <= SINGLE_PHASE_KV ? lineVolts : nominalPhaseVolts(lineVolts);
  const kva = Math.max(contractKva ?? 0, transformerKva ?? 0);
  const capacityVa = kva > 0 ? kva * 1000 : undefined;
  return { lineVolts, phaseVolts, capacityVa, ratedVa: capacityVa ?? Math.sqrt(3) * lineVolts * USUAL_AMPS };
}

/** At a single-phase point the nominal voltage is that of the phase, and a line voltage means nothing. */
export function isSinglePhase({ lineVolts, phaseVolts }: Scale): boolean {
  return lineVolts === phaseVolts;
}
