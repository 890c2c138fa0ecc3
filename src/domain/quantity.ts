/** How a quantity is averaged over a window: RMS values by √(mean of squares), counters by their last value. */
export type Averaging = 'rms' | 'mean' | 'last';

interface QuantityDefinition {
  readonly unit: 'V' | 'A' | 'W' | 'var' | 'VA' | 'Hz' | '%' | '1' | 'Wh' | 'varh' | 's';
  readonly averaging: Averaging;
}

const volt = { unit: 'V', averaging: 'rms' } as const satisfies QuantityDefinition;
const ampere = { unit: 'A', averaging: 'rms' } as const satisfies QuantityDefinition;
const watt = { unit: 'W', averaging: 'mean' } as const satisfies QuantityDefinition;
const reactive = { unit: 'var', averaging: 'mean' } as const satisfies QuantityDefinition;
const apparent = { unit: 'VA', averaging: 'mean' } as const satisfies QuantityDefinition;
const ratio = { unit: '1', averaging: 'mean' } as const satisfies QuantityDefinition;
const percent = { unit: '%', averaging: 'rms' } as const satisfies QuantityDefinition;
const wattHour = { unit: 'Wh', averaging: 'last' } as const satisfies QuantityDefinition;
const reactiveHour = { unit: 'varh', averaging: 'last' } as const satisfies QuantityDefinition;

/**
 * The closed list of what a meter can tell us. Primary values (after CT and PT ratios), import positive, export
 * negative. The same names stand in register maps, payload mappings, CSV, InfluxDB fields and the page.
 */
export const QUANTITIES = {
  voltage_l1_n: volt,
  voltage_l2_n: volt,
  voltage_l3_n: volt,
  voltage_l1_l2: volt,
  voltage_l2_l3: volt,
  voltage_l3_l1: volt,
  current_l1: ampere,
  current_l2: ampere,
  current_l3: ampere,
  current_n: ampere,
  active_power_l1: watt,
  active_power_l2: watt,
  active_power_l3: watt,
  active_power_total: watt,
  reactive_power_l1: reactive,
  reactive_power_l2: reactive,
  reactive_power_l3: reactive,
  reactive_power_total: reactive,
  apparent_power_l1: apparent,
  apparent_power_l2: apparent,
  apparent_power_l3: apparent,
  apparent_power_total: apparent,
  power_factor_l1: ratio,
  power_factor_l2: ratio,
  power_factor_l3: ratio,
  power_factor_total: ratio,
  frequency: { unit: 'Hz', averaging: 'mean' },
  voltage_unbalance: percent,
  thd_u_l1: percent,
  thd_u_l2: percent,
  thd_u_l3: percent,
  thd_i_l1: percent,
  thd_i_l2: percent,
  thd_i_l3: percent,
  flicker_pst_l1: ratio,
  flicker_pst_l2: ratio,
  flicker_pst_l3: ratio,
  flicker_plt_l1: ratio,
  flicker_plt_l2: ratio,
  flicker_plt_l3: ratio,
  /** The meter's clock minus ours: positive when the meter is ahead. */
  clock_offset: { unit: 's', averaging: 'mean' },
  energy_active_import: wattHour,
  energy_active_export: wattHour,
  energy_reactive_import: reactiveHour,
  energy_reactive_export: reactiveHour,
} as const satisfies Record<string, QuantityDefinition>;

export type Quantity = keyof typeof QUANTITIES;

/** In the order of the list above; the order never changes meaning, only how tables read. */
export const QUANTITY_NAMES = Object.keys(QUANTITIES) as readonly Quantity[];

export const PHASE_VOLTAGES = ['voltage_l1_n', 'voltage_l2_n', 'voltage_l3_n'] as const satisfies Quantity[];
export const LINE_VOLTAGES = ['voltage_l1_l2', 'voltage_l2_l3', 'voltage_l3_l1'] as const satisfies Quantity[];
export const CURRENTS = ['current_l1', 'current_l2', 'current_l3'] as const satisfies Quantity[];

export function isQuantity(name: string): name is Quantity {
  return Object.hasOwn(QUANTITIES, name);
}

const PHASES: ReadonlyMap<Quantity, string> = new Map(
  QUANTITY_NAMES.flatMap((quantity) => {
    const phases = [...quantity.matchAll(/_(l[123])/g)].map((match) => match[1]?.toUpperCase());
    return phases.length > 0 ? [[quantity, phases.join('-')]] : [];
  }),
);

/** 'voltage_l1_n' → 'L1', 'voltage_l2_l3' → 'L2-L3', 'current_l3' → 'L3', 'frequency' → undefined. */
export function phaseOf(quantity: Quantity): string | undefined {
  return PHASES.get(quantity);
}

/** What makes a secondary value primary: the ratios of the transformers that it passed. */
export function ratioOf(quantity: Quantity, ctRatio: number, ptRatio: number): number {
  switch (QUANTITIES[quantity].unit) {
    case 'V':
      return ptRatio;
    case 'A':
      return ctRatio;
    case 'W':
    case 'var':
    case 'VA':
    case 'Wh':
    case 'varh':
      return ctRatio * ptRatio;
    default:
      return 1;
  }
}
