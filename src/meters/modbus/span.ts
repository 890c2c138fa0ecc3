import { type FunctionCode, type Place, REGISTERS_OF } from '../model.ts';

/** Registers that one request asks for. */
export interface Span {
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
}

export interface Extent {
  readonly place: Place;
  readonly registers: number;
}

/** The span of a single number. */
export function spanOfPlace({ functionCode, address, type }: Place): Span {
  return { functionCode, start: address, count: REGISTERS_OF[type] };
}

/** From the first register of all places to the last; they have one function code, of which the first tells. */
export function spanOfAll(extents: readonly Extent[]): Span {
  const start = Math.min(...extents.map(({ place }) => place.address));
  const end = Math.max(...extents.map(({ place, registers }) => place.address + registers));
  return { functionCode: extents[0]?.place.functionCode ?? 3, start, count: end - start };
}
