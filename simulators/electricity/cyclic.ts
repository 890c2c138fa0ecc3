/** The element at `index`, counted round and round. The list must not be empty. */
export function cyclic<T>(list: readonly T[], index: number): T {
  const element = list.at(index % list.length);
  if (element === undefined) throw new RangeError(`No element ${index} in a list of ${list.length}`);
  return element;
}
