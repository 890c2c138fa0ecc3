import { QUANTITY_NAMES, type Quantity } from '../domain/quantity.ts';
import type { MissingReason, Reading, Suspect } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';

/** What can make a meter's figures doubtful: its latest reading, and how it is connected. */
export interface Doubtful {
  readonly reading: Reading | undefined;
  readonly wiring: WiringVerdict | undefined;
}

export function isInDoubt({ reading, wiring }: Doubtful): boolean {
  return suspectsOf(reading).length > 0 || missingOf(reading).length > 0 || wiring?.state === 'faulty';
}

/** The suspect values of a reading in the order of the quantities. */
export function suspectsOf(reading: Reading | undefined): readonly (Suspect & { readonly quantity: Quantity })[] {
  return QUANTITY_NAMES.flatMap((quantity) => {
    const suspect = reading?.suspect?.[quantity];
    return suspect ? [{ quantity, ...suspect }] : [];
  });
}

/** What a reading should have and has not, in the order of the quantities. */
export function missingOf(
  reading: Reading | undefined,
): readonly { readonly quantity: Quantity; readonly reason: MissingReason }[] {
  return QUANTITY_NAMES.flatMap((quantity) => {
    const reason = reading?.missing?.[quantity];
    return reason ? [{ quantity, reason }] : [];
  });
}
