import { QUANTITIES, type Quantity } from '../../domain/quantity.ts';

const PREFIXES: Readonly<Record<string, number>> = { '': 1, m: 1e-3, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };
const BASES: Readonly<Record<string, string>> = {
  v: 'V',
  a: 'A',
  w: 'W',
  va: 'VA',
  var: 'var',
  wh: 'Wh',
  varh: 'varh',
  hz: 'Hz',
  s: 's',
};
const WRITTEN = /^([mkKMG]?)(v|a|w|va|var|wh|varh|hz|s)$/i;

/**
 * What turns a number in `unit` ('kW', 'mA', 'kVArh', '%') into the quantity's own unit. Undefined: it is no unit that
 * we know. 'other': it is one of something else.
 */
export function factorOf(unit: string, quantity: Quantity): number | 'other' | undefined {
  const own = QUANTITIES[quantity].unit;
  const text = unit.trim();
  if (text === '%' || text === '1') return shareFactor(text, own);
  const [, prefix = '', base = ''] = WRITTEN.exec(text) ?? [];
  const factor = PREFIXES[prefix];
  const dimension = BASES[base.toLowerCase()];
  if (factor === undefined || dimension === undefined) return undefined;
  return dimension === own ? factor : 'other';
}

function shareFactor(text: '%' | '1', own: string): number | 'other' {
  if (text === own) return 1;
  if (own === '1') return 0.01;
  return own === '%' ? 100 : 'other';
}
