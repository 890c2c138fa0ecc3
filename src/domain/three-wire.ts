/**
 * A meter in three-wire wiring has no phase voltages. Some give 0 for them, others what their open inputs pick up from the
 * wires beside them: 1 to 2 % of nominal as a rule, several % where leads are long. Nothing may be judged by that, and
 * nothing that is real may be taken for it:
 * - A line voltage is at most the sum of two phase voltages, however the neutral point is shifted. So, per unit, the
 *   highest phase voltage is at least √3/2 = 0.87 of the highest line voltage, in a dip, an earth fault, with a phase lost
 *   or a fuse of a voltage transformer blown.
 * - In an interruption both are near 0, and what is left on the wires keeps to the same.
 */
export const MOST_PICKED_UP = 0.1;

/** Of the highest line voltage, per unit: two thirds of what a phase voltage must have, so that no class of meter matters. */
const TOO_LOW = 0.6;

/** Whether phase voltages are too low to be the real ones under these line voltages. Both per unit of their nominal. */
export function areTooLow(highestPhase: number, highestLine: number): boolean {
  return highestPhase < TOO_LOW * highestLine;
}

/** Whether phase voltages are those that a three-wire meter does not have. Both per unit of their nominal. */
export function arePickedUp(highestPhase: number, highestLine: number): boolean {
  return highestPhase < MOST_PICKED_UP && areTooLow(highestPhase, highestLine);
}
