import { expect, it } from 'vitest';
import type { Reading } from '../../src/domain/reading.ts';
import { rowOfSuspects } from '../../src/store/rows.ts';

it('writes no doubt that is held over: its instant may still be said well, and a field cannot be taken back', () => {
  const doubt = { value: 9e9, reason: 'out of range' } as const;
  const reading: Reading = {
    meter: 'm',
    time: 1,
    arrivedAt: 1,
    timeSource: 'payload',
    values: {},
    suspect: { voltage_l1_n: doubt, voltage_l2_n: doubt },
    held: new Set(['voltage_l2_n']),
  };
  expect(rowOfSuspects(reading).fields).toEqual({ voltage_l1_n: 9e9, voltage_l1_n_reason: 0 });
});
