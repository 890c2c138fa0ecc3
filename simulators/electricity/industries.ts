export type IndustryName = 'steel' | 'chemical fibre' | 'hospital' | 'data centre' | 'hotel' | 'cement';

export interface Industry {
  readonly name: IndustryName;
  /** What such customers are called, after the name of a place. */
  readonly suffix: { readonly zh: string; readonly en: string };
  /** Apparent power at each full hour of local time, as a share of the contract capacity. */
  readonly hourly: readonly number[];
  /** Saturdays and Sundays, as a multiple of a working day. */
  readonly weekend: number;
  readonly powerFactor: number;
  /** Whether the current leads: long cables and lightly loaded power supplies. */
  readonly leading: boolean;
  /** Arc furnaces: the load jumps while scrap melts and rests while the furnace is tapped. */
  readonly furnace: boolean;
  /** Typical total harmonic distortion, %. */
  readonly voltageThd: number;
  readonly currentThd: number;
}

const CALM = { weekend: 1, leading: false, furnace: false };

export const INDUSTRIES: readonly Industry[] = [
  {
    ...CALM,
    name: 'steel',
    suffix: { zh: '钢铁', en: 'Steel' },
    hourly: [57, 57, 58, 58, 57, 56, 55, 54, 53, 52, 52, 53, 54, 54, 53, 52, 52, 52, 52, 53, 54, 55, 56, 57].map(
      percent,
    ),
    powerFactor: 0.91,
    furnace: true,
    voltageThd: 2.4,
    currentThd: 8,
  },
  {
    ...CALM,
    name: 'chemical fibre',
    suffix: { zh: '化纤', en: 'Fibre' },
    hourly: [63, 63, 62, 62, 62, 63, 64, 65, 66, 67, 67, 67, 66, 66, 67, 67, 67, 66, 66, 65, 65, 64, 64, 63].map(
      percent,
    ),
    powerFactor: 0.93,
    voltageThd: 1.9,
    currentThd: 7,
  },
  {
    ...CALM,
    name: 'hospital',
    suffix: { zh: '医院', en: 'Hospital' },
    hourly: [40, 39, 38, 38, 38, 40, 44, 52, 60, 65, 67, 67, 64, 63, 65, 65, 63, 59, 55, 52, 49, 46, 43, 41].map(
      percent,
    ),
    weekend: 0.93,
    powerFactor: 0.94,
    voltageThd: 1.6,
    currentThd: 6,
  },
  {
    ...CALM,
    name: 'data centre',
    suffix: { zh: '数据中心', en: 'Data Centre' },
    hourly: [57, 56, 56, 56, 56, 56, 57, 58, 60, 61, 62, 62, 62, 63, 63, 63, 63, 62, 62, 62, 61, 60, 59, 58].map(
      percent,
    ),
    powerFactor: 0.98,
    leading: true,
    voltageThd: 1.5,
    currentThd: 5,
  },
  {
    ...CALM,
    name: 'hotel',
    suffix: { zh: '酒店', en: 'Hotel' },
    hourly: [45, 42, 40, 39, 39, 41, 47, 54, 57, 55, 53, 53, 55, 54, 52, 52, 54, 58, 64, 67, 67, 63, 56, 50].map(
      percent,
    ),
    weekend: 1.05,
    powerFactor: 0.94,
    voltageThd: 1.7,
    currentThd: 6,
  },
  {
    ...CALM,
    name: 'cement',
    suffix: { zh: '水泥', en: 'Cement' },
    hourly: [68, 68, 68, 68, 67, 66, 63, 58, 53, 50, 49, 52, 57, 57, 55, 53, 51, 50, 50, 52, 56, 61, 65, 67].map(
      percent,
    ),
    powerFactor: 0.92,
    voltageThd: 2,
    currentThd: 7,
  },
];

function percent(value: number): number {
  return value / 100;
}
