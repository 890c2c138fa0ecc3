/** A number in [0, 1) that depends on the key alone: the same key always gives the same number. */
export function fixedShare(key: string): number {
  return mix(hashOf(key)) / 2 ** 32;
}

/**
 * Smooth noise in [-1, 1] over time: a random value for every period, with an S-shaped passage from one to the next.
 * It depends on key and time alone, so an instant can be computed again and gives the same value.
 */
export function wander(key: string, at: number, periodMs: number): number {
  const hash = hashOf(key);
  const position = at / periodMs;
  const index = Math.floor(position);
  const inside = position - index;
  const passage = inside * inside * (3 - 2 * inside);
  const from = signedShare(hash, index);
  return from + (signedShare(hash, index + 1) - from) * passage;
}

function signedShare(hash: number, index: number): number {
  return mix(hash ^ mix(index)) / 2 ** 31 - 1;
}

/** FNV-1a over the UTF-16 units of the key. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Spreads the bits of a 32-bit number, so that neighbouring numbers give unrelated results. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
