import type { QualityCounts, QualityDay } from '../../src/domain/data-quality.ts';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { WiringVerdict } from '../../src/domain/wiring.ts';
import type { AcquisitionStatus } from '../../src/web/acquisition-status.ts';
import type { WebParts } from '../../src/web/server.ts';
import { NOW, reading } from './fleets.ts';
import type { NightScene } from './night-scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The days of NOW in Shanghai, where the scene is. */
export const TODAY = '2026-03-02';
export const YESTERDAY = '2026-03-01';

/** What a good meter counts at 1 s: 3 h 12 min 40 s of today, and all of yesterday. */
const PROMISED = { [TODAY]: 11_560, [YESTERDAY]: 86_400 } as const;

export const NONE = { late: 0, duplicate: 0, missing: 0, frozen: 0, unreasonable: 0, inconsistent: 0 } as const;

/** Meters whose counts are not those of a good one. */
const TROUBLED: Readonly<Record<string, Partial<QualityCounts>>> = {
  'c03-m1': { received: 4_624, late: 17 },
  'c05-m1': { frozen: 10_900 },
  'c08-m1': { received: 11_559, duplicate: 3 },
  'c09-m1': { inconsistent: 11_559 },
  'c55-m1': { received: 0 },
};

export const EVENTS: readonly MeterEvent[] = [
  {
    ...{
      meter: 'c27-m1',
      key: '17',
      kind: 'dip',
      start: NOW - 4 * MINUTE,
      duration: 340,
      phases: ['L2'],
      extreme: 21.3,
    },
    ...{ arrivedAt: NOW - 4 * MINUTE, isLate: false },
  },
  {
    ...{ meter: 'c37-m1', key: '4', kind: 'dip', start: NOW - 51 * MINUTE, duration: 2_900, phases: ['L1', 'L2'] },
    ...{ extreme: 8_120, arrivedAt: NOW - 3 * MINUTE, isLate: true, note: 'entry 4 of 20' },
  },
  {
    ...{ meter: 'c09-m1', key: 'bit 3', kind: 'alarm', start: NOW - 26 * HOUR, phases: [] },
    ...{ arrivedAt: NOW - 26 * HOUR, isLate: false, note: '<b>DI 1</b>' },
  },
];

const REVERSED: WiringVerdict = {
  state: 'faulty',
  faults: [
    { kind: 'ct reversed', phase: 'L2' },
    { kind: 'power ratio', factor: 0.1 },
  ],
  from: NOW - 10 * MINUTE,
  to: NOW,
};

/** The night scene with what is known of the quality of its data. */
export function qualityParts(scene: NightScene): Partial<WebParts> {
  const meters = [...scene.fleet.meters.values()];
  return {
    latest: () => new Map([...scene.latest, ...doubtfulReadings(scene)]),
    qualityDays: (day) => (day === TODAY || day === YESTERDAY ? meters.map(({ meter }) => dayOf(meter.id, day)) : []),
    wiring: (meter) => {
      if (meter === 'c09-m1') return REVERSED;
      return { state: meter === 'c10-m1' ? 'cannot say' : 'right', faults: [], from: NOW - 10 * MINUTE, to: NOW };
    },
    clockOffset: (meter) => ({ 'c05-m1': -4_000, 'c06-m1': 0.4 })[meter],
    acquisition: () => new Map(meters.map(({ meter, line }) => [meter.id, acquisitionOf(meter.id, line)])),
    brokers: () => [
      { id: 'substation-east', isConnected: true, received: 1_204_553, poison: 2 },
      { id: 'cloud', isConnected: false, lastError: 'connect ECONNREFUSED 10.9.8.7:8883', received: 0, poison: 0 },
    ],
  };
}

function dayOf(meter: string, day: keyof typeof PROMISED): QualityDay {
  const expected = PROMISED[day];
  const troubles = day === TODAY ? TROUBLED[meter] : {};
  return { meter, day, counts: { expected, received: expected, ...NONE, ...troubles } };
}

function acquisitionOf(meter: string, line: string): AcquisitionStatus {
  const good = { answering: true, lastReadingAt: NOW - 400, polls: 11_560, failed: 0, skipped: 0, busLoad: 0.12 };
  if (line === 'modbus-tcp://10.20.1.14:502') {
    return { ...good, answering: false, lastError: 'connect ETIMEDOUT 10.20.1.14:502', failed: 581 };
  }
  if (meter === 'c55-m1') {
    const lastError = 'unit 1 did not answer within 1000 ms';
    return { answering: false, lastError, polls: 120, failed: 120, skipped: 11_440, busLoad: 0.04 };
  }
  return meter === 'c03-m1' ? { ...good, polls: 11_200, failed: 6_576, skipped: 360, busLoad: 0.97 } : good;
}

function doubtfulReadings(scene: NightScene): readonly (readonly [string, Reading])[] {
  const valuesOf = (meter: string) => scene.latest.get(meter)?.values ?? {};
  const frozen: Reading = {
    ...reading('c05-m1', NOW - 300, valuesOf('c05-m1')),
    suspect: {
      current_l1: { value: 12.5, reason: 'frozen' },
      current_l2: { value: 12.25, reason: 'frozen' },
      frequency: { value: 61, reason: 'out of range' },
    },
  };
  const missing: Reading = {
    ...reading('c06-m1', NOW - 300, valuesOf('c06-m1')),
    missing: {
      ...{ thd_u_l1: 'not readable', thd_u_l2: 'not readable', thd_u_l3: 'not readable', thd_i_l1: 'not readable' },
      ...{
        thd_i_l2: 'not readable',
        thd_i_l3: 'not readable',
        current_n: 'not readable',
        flicker_pst_l1: 'not readable',
      },
    },
  };
  return [
    ['c05-m1', frozen],
    ['c06-m1', missing],
  ];
}
