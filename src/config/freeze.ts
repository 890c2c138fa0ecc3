/** Freezes a value and all that it holds. A map's values are frozen; that none is added, its type ReadonlyMap says. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const held of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(held);
  return value;
}
