import { cyclic } from './cyclic.ts';
import { INDUSTRIES, type Industry, type IndustryName } from './industries.ts';
import { feedersOf } from './network.ts';
import { fixedShare } from './noise.ts';
import type { TransformerRatios } from './secondary.ts';

/** A customer with one supply point. Voltage in kV line to line, capacities in kVA. */
export interface SimulatedCustomer {
  readonly id: string;
  readonly name: string;
  readonly class: 'special' | 'first' | 'second' | 'temporary';
  readonly industry: Industry;
  readonly kv: number;
  readonly feeder: string;
  readonly contractKva: number;
  readonly transformerKva: number;
  /** The instrument transformers at the meter: 5 A and, above 0.38 kV, 100 V on the secondary side. */
  readonly ratios: TransformerRatios;
}

/** How many customers of each industry are fed at which voltage: 70 in all. */
const SHARES: readonly { readonly industry: IndustryName; readonly kv: number; readonly customers: number }[] = [
  { industry: 'steel', kv: 110, customers: 3 },
  { industry: 'steel', kv: 35, customers: 5 },
  { industry: 'chemical fibre', kv: 35, customers: 4 },
  { industry: 'chemical fibre', kv: 10, customers: 6 },
  { industry: 'hospital', kv: 10, customers: 5 },
  { industry: 'hospital', kv: 0.38, customers: 9 },
  { industry: 'data centre', kv: 35, customers: 3 },
  { industry: 'data centre', kv: 10, customers: 9 },
  { industry: 'hotel', kv: 10, customers: 4 },
  { industry: 'hotel', kv: 0.38, customers: 12 },
  { industry: 'cement', kv: 35, customers: 4 },
  { industry: 'cement', kv: 10, customers: 6 },
];

const TRANSFORMERS_KVA = new Map([
  [0.38, [400, 500, 630, 800, 1000, 1250, 1600]],
  [10, [2000, 2500, 3150, 4000, 5000, 6300, 8000, 10_000]],
  [35, [8000, 10_000, 12_500, 16_000, 20_000]],
  [110, [31_500, 40_000, 50_000, 63_000]],
]);

/** Invented places. */
const PLACES = [
  { zh: '北岭', en: 'North Ridge' },
  { zh: '岚石', en: 'Mist Stone' },
  { zh: '墨桥', en: 'Ink Bridge' },
  { zh: '栎湾', en: 'Oak Bay' },
  { zh: '砚溪', en: 'Slate Creek' },
  { zh: '鹭坪', en: 'Heron Flat' },
  { zh: '霁川', en: 'Clear River' },
  { zh: '棠岗', en: 'Crabapple Hill' },
  { zh: '榆塘', en: 'Elm Pond' },
  { zh: '磬山', en: 'Chime Mountain' },
  { zh: '苇汀', en: 'Reed Shore' },
  { zh: '桦原', en: 'Birch Plain' },
  { zh: '萤谷', en: 'Firefly Valley' },
  { zh: '铃坡', en: 'Bell Slope' },
  { zh: '暮湖', en: 'Dusk Lake' },
  { zh: '筠坞', en: 'Bamboo Hollow' },
];

const CLASSES = {
  steel: 'first',
  'chemical fibre': 'first',
  hospital: 'special',
  'data centre': 'first',
  hotel: 'second',
  cement: 'second',
} as const satisfies Record<IndustryName, SimulatedCustomer['class']>;

const TEMPORARY = new Set(['c23', 'c68']);

/** Primary currents of current transformers as they are made, A. */
const CT_PRIMARY_AMPS = [
  50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000,
];

/** The 70 customers c01..c70, spread over the feeders of their voltage. The same seed gives the same list. */
export function customersOf(seed: string): SimulatedCustomer[] {
  const feeders = feedersOf(seed);
  const onLevel = new Map<number, number>();
  const inIndustry = new Map<string, number>();
  return SHARES.flatMap(({ industry, kv, customers }) =>
    Array.from({ length: customers }, () => ({ industry: industryNamed(industry), kv })),
  ).map(({ industry, kv }, index) => {
    const id = `c${String(index + 1).padStart(2, '0')}`;
    const feederKv = Math.max(kv, 10);
    const feeder = cyclic(
      feeders.filter((candidate) => candidate.kv === feederKv),
      next(onLevel, feederKv),
    );
    const place = cyclic(PLACES, next(inIndustry, industry.name));
    const transformerKva = drawn(`${seed}/${id}/transformer`, TRANSFORMERS_KVA.get(kv) ?? []);
    return {
      id,
      name: `${place.zh}${industry.suffix.zh} ${place.en} ${industry.suffix.en}`,
      class: TEMPORARY.has(id) ? 'temporary' : CLASSES[industry.name],
      industry,
      kv,
      feeder: feeder.id,
      contractKva: Math.round(transformerKva * drawn(`${seed}/${id}/contract`, [0.9, 0.95, 1])),
      transformerKva,
      ratios: { ct: ctPrimary(transformerKva, kv) / 5, pt: kv > 1 ? kv * 10 : 1 },
    };
  });
}

function industryNamed(name: IndustryName): Industry {
  const industry = INDUSTRIES.find((candidate) => candidate.name === name);
  if (!industry) throw new RangeError(`No industry ${name}`);
  return industry;
}

function ctPrimary(transformerKva: number, kv: number): number {
  const ratedAmps = transformerKva / (Math.sqrt(3) * kv);
  const primary = CT_PRIMARY_AMPS.find((amps) => amps >= 1.25 * ratedAmps);
  if (primary === undefined) throw new RangeError(`No current transformer for ${ratedAmps} A`);
  return primary;
}

function next(counters: Map<number | string, number>, key: number | string): number {
  const count = counters.get(key) ?? 0;
  counters.set(key, count + 1);
  return count;
}

function drawn(key: string, choices: readonly number[]): number {
  return cyclic(choices, Math.floor(fixedShare(key) * choices.length));
}
