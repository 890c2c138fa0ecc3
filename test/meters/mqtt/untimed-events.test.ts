import { expect, it } from 'vitest';
import { ARRIVAL, eventIn, interpreterOf, packet, shipped } from './dialects.ts';

const DIP = { event: 'dip', residual_v: 96.5 };

/** What hears plain JSON of one meter, and forgets what it heard when it is made anew. */
function ear() {
  const interpreter = interpreterOf(shipped('plain-json'), { topic: 'plant/m1' });
  return (payload: unknown, messageId: number | undefined, after = 0, isRepeated = false) => {
    const more = { isRepeated, arrivedAt: ARRIVAL + after, ...(messageId !== undefined && { messageId }) };
    return eventIn(interpreter.hear(packet('plant/m1', payload, more)));
  };
}

it('knows an event without key and time again when its message is repeated', () => {
  const hear = ear();
  const first = hear(DIP, 7);
  expect(hear(DIP, 7, 5_000, true)).toMatchObject({ key: first.key, start: ARRIVAL });
  expect(hear(DIP, 7, 90_000_000, true)).toMatchObject({ key: first.key, start: ARRIVAL });
});

it('knows it again after a restart of the same day', () => {
  expect(ear()(DIP, 7, 5_000, true).key).toBe(ear()(DIP, 7).key);
});

it('takes an equal event of another message for another one', () => {
  const hear = ear();
  const first = hear(DIP, 7);
  const others = [hear(DIP, 8, 1_000), hear(DIP, 7, 2_000), hear(DIP, undefined, 3_000), hear(DIP, undefined, 4_000)];
  expect(new Set([first, ...others].map(({ key }) => key)).size).toBe(5);
  // Repeated is the latest with its number.
  expect(hear(DIP, 7, 9_000, true)).toMatchObject({ key: others[1]?.key, start: ARRIVAL + 2_000 });
});

it('takes what says something else for another event, also with the number of a repeated message', () => {
  const hear = ear();
  expect(hear(DIP, 7).key).not.toBe(hear({ ...DIP, residual_v: 97 }, 7, 0, true).key);
});

it('keeps to the key and the time of an event that has them', () => {
  const hear = ear();
  const timed = { ...DIP, time: ARRIVAL - 1_000 };
  expect(hear(timed, 1).key).toBe(hear(timed, 2).key);
  expect(hear({ ...DIP, id: 9 }, 1).key).toBe(hear({ ...DIP, id: 9 }, 2).key);
});

it('is late, and says why, when it has no time and its message had waited', () => {
  const interpreter = interpreterOf(shipped('plain-json'), { topic: 'plant/m1' });
  const hear = (payload: unknown) => eventIn(interpreter.hear(packet('plant/m1', payload, { hasWaited: true })));
  expect(hear(DIP)).toMatchObject({
    isLate: true,
    start: ARRIVAL,
    note: expect.stringContaining('waited at the broker'),
  });
  expect(hear({ ...DIP, time: ARRIVAL - 1_000 })).toMatchObject({ isLate: false, note: 'dip' });
});
