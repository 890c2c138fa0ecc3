import { REGISTERS_OF } from '../model.ts';
import type { Block } from './read-plan.ts';
import type { RegisterRequest } from './request.ts';

/** Blocks are shared by all meters of a model. */
const CUTS = new WeakMap<Block, readonly number[]>();

/** What is asked of a unit for a block, and where it could be cut. */
export function blockRequest(unit: number, block: Block): RegisterRequest {
  const { functionCode, start, count } = block;
  return { unit, functionCode, start, count, cuts: cutsOf(block) };
}

function cutsOf(block: Block): readonly number[] {
  const known = CUTS.get(block);
  if (known) return known;
  const places = [...block.registers, ...block.scales].map(({ address, type }) => ({
    from: address - block.start,
    end: address - block.start + REGISTERS_OF[type],
  }));
  const ends = [...new Set(places.map(({ end }) => end))].sort((a, b) => a - b);
  const cuts = ends.filter((cut) => cut < block.count && !places.some(({ from, end }) => from < cut && cut < end));
  CUTS.set(block, cuts);
  return cuts;
}
