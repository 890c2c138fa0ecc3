import { expect, it } from 'vitest';
import type { QualityCounts } from '../../src/domain/data-quality.ts';
import { fleetOf } from '../../src/domain/fleet.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { WiringVerdict } from '../../src/domain/wiring.ts';
import type { AcquisitionStatus } from '../../src/web/acquisition-status.ts';
import { meterQualities, type QualityKnown } from '../../src/web/meter-quality.ts';
import { customer, meter, NOW, reading, supplyPoint } from './fleets.ts';
import { NONE, TODAY, YESTERDAY } from './quality-scene.ts';

const ANSWERS: AcquisitionStatus = { answering: true, polls: 10, failed: 0, skipped: 0 };
const FAILS: AcquisitionStatus = { answering: false, lastError: 'timed out', polls: 10, failed: 10, skipped: 0 };

interface Facts {
  readonly reading?: Reading;
  readonly acquisition?: AcquisitionStatus;
  readonly counts?: Partial<QualityCounts>;
  readonly before?: Partial<QualityCounts>;
  readonly wiring?: WiringVerdict;
}

/** The states of meters by their ids, in the order that was found. */
function judged(facts: Readonly<Record<string, Facts>>): readonly (readonly [string, string])[] {
  const meters = Object.entries(facts);
  const day = (date: string, of: (facts: Facts) => Partial<QualityCounts> | undefined) =>
    meters.flatMap(([id, each]) => {
      const counts = of(each);
      return counts ? [{ meter: id, day: date, counts: { expected: 100, received: 100, ...NONE, ...counts } }] : [];
    });
  const points = meters.map(([id]) => supplyPoint(id, [meter(id, id)]));
  const known: QualityKnown = {
    fleet: fleetOf([customer('c', points)]),
    today: day(TODAY, ({ counts }) => counts),
    yesterday: day(YESTERDAY, ({ before }) => before),
    acquisition: new Map(meters.flatMap(([id, { acquisition }]) => (acquisition ? [[id, acquisition]] : []))),
    latest: new Map(meters.flatMap(([id, each]) => (each.reading ? [[id, each.reading]] : []))),
    wiring: (id) => facts[id]?.wiring,
    clockOffset: () => undefined,
    silentAfter: () => 30_000,
    now: NOW,
  };
  return meterQualities(known).map(({ place, state }) => [place.meter.id, state]);
}

const heard = (age = 500): Reading => reading('m', NOW - age, { frequency: 50 });

it('tells a meter that fails from one that was not asked yet and one that says nothing new', () => {
  expect(
    judged({
      'not asked': { acquisition: { answering: false, polls: 0, failed: 0, skipped: 0 } },
      'fails from the start': { acquisition: FAILS },
      'fails now': { acquisition: FAILS, reading: heard() },
      'silent, says its line': { acquisition: ANSWERS, reading: heard(30_001) },
      'just heard': { acquisition: ANSWERS, reading: heard(30_000) },
      'not looked after': { reading: heard() },
    }),
  ).toEqual([
    ['fails from the start', 'blind'],
    ['fails now', 'blind'],
    ['silent, says its line', 'blind'],
    ['not asked', 'waiting'],
    ['just heard', 'fine'],
    ['not looked after', 'fine'],
  ]);
});

it('doubts a meter for its latest reading, its wiring, or a day that is not 95 % sound', () => {
  const at = { from: NOW - 60_000, to: NOW };
  const good = { reading: heard(), acquisition: ANSWERS };
  const states = judged({
    suspect: { ...good, reading: { ...heard(), suspect: { frequency: { value: 70, reason: 'out of range' } } } },
    missing: { ...good, reading: { ...heard(), missing: { frequency: 'not a number' } } },
    wiring: { ...good, wiring: { state: 'faulty', faults: [{ kind: 'phase order' }], ...at } },
    unsure: { ...good, wiring: { state: 'cannot say', faults: [], ...at } },
    '94 came': { ...good, counts: { received: 94 } },
    '95 came': { ...good, counts: { received: 95 } },
    '96 came, 3 frozen': { ...good, counts: { received: 96, frozen: 3 } },
    'late and twice': { ...good, counts: { late: 50, duplicate: 50 } },
    'nothing promised': { ...good, counts: { expected: 0, received: 0 } },
  });
  expect(states.filter(([, state]) => state === 'warning').map(([id]) => id)).toEqual([
    // The worst day first, then as they stand in the fleet.
    ...['96 came, 3 frozen', '94 came', 'suspect', 'missing', 'wiring'],
  ]);
  expect(states.filter(([, state]) => state === 'fine').map(([id]) => id)).toEqual([
    ...['95 came', 'unsure', 'late and twice', 'nothing promised'],
  ]);
});

it('puts the worse day of today first, and yesterday decides between equals', () => {
  const good = { reading: heard(), acquisition: ANSWERS };
  const order = judged({
    best: { ...good, counts: {}, before: {} },
    'bad yesterday': { ...good, counts: {}, before: { received: 10 } },
    'worse yesterday': { ...good, counts: {}, before: { received: 9 } },
    'bad today': { ...good, counts: { received: 99 } },
    'worse today': { ...good, counts: { received: 98 } },
  }).map(([id]) => id);
  expect(order).toEqual(['worse today', 'bad today', 'worse yesterday', 'bad yesterday', 'best']);
});
