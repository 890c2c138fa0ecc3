import type { Locale } from '../domain/customer.ts';
import type { WiringFault } from '../domain/wiring.ts';

/** A wiring fault in one phrase: 'CT on L2 reversed'. */
export function wiringWords(fault: WiringFault, locale: Locale): string {
  return locale === 'en' ? english(fault) : chinese(fault);
}

/** What to do about it, in one sentence. */
export function wiringAdvice({ kind }: WiringFault, locale: Locale): string {
  return ADVICE[kind][locale];
}

function english(fault: WiringFault): string {
  switch (fault.kind) {
    case 'ct reversed':
      return `CT on ${fault.phase} reversed`;
    case 'cts swapped':
      return `CTs on ${fault.phases.join(' and ')} exchanged`;
    case 'cts rotated':
      return 'Currents stand one phase on from their voltages';
    case 'phase order':
      return 'Two voltages exchanged: phase order reversed';
    case 'voltage wire missing':
      return `Voltage of ${fault.phase} missing at the meter`;
    case 'current wire missing':
      return `Current of ${fault.phase} missing at the meter`;
    case 'voltage ratio':
      return `Voltages are ${times(fault.factor)} what they should be`;
    case 'current ratio':
      return `Currents are ${times(fault.factor)} what the supply point is rated for: CT ratio`;
    case 'power ratio':
      return `Powers are ${times(fault.factor)} what voltage and current make`;
  }
}

function chinese(fault: WiringFault): string {
  switch (fault.kind) {
    case 'ct reversed':
      return `${fault.phase} 相电流互感器极性接反`;
    case 'cts swapped':
      return `${fault.phases.join('、')} 相电流互感器接线互换`;
    case 'cts rotated':
      return '三相电流与电压错相（依次错开一相）';
    case 'phase order':
      return '两相电压接线互换（电压逆相序）';
    case 'voltage wire missing':
      return `表计 ${fault.phase} 相电压缺失`;
    case 'current wire missing':
      return `表计 ${fault.phase} 相电流缺失`;
    case 'voltage ratio':
      return `电压为应有值的 ${figures(fault.factor)} 倍`;
    case 'current ratio':
      return `电流为供电点额定电流的 ${figures(fault.factor)} 倍：电流互感器变比有误`;
    case 'power ratio':
      return `功率为电压与电流乘积的 ${figures(fault.factor)} 倍`;
  }
}

function times(factor: number): string {
  return `${figures(factor)} times`;
}

/** '100', '0.01', '1.73' */
function figures(factor: number): string {
  return String(Number(factor.toPrecision(3)));
}

const ADVICE = {
  'ct reversed': {
    en: 'Exchange the two secondary wires of this CT at the meter (short-circuit the CT first), and see that its power turns positive.',
    'zh-CN': '先将该相电流互感器二次侧短接，再在表计侧对调其两根二次线，并确认该相功率转为正值。',
  },
  'cts swapped': {
    en: 'Short-circuit the CTs, bring each pair of current wires to the terminals of its own phase, and compare the power factors of the phases.',
    'zh-CN': '先短接电流互感器二次侧，将两相电流线改接到各自相别的端子，并核对各相功率因数。',
  },
  'cts rotated': {
    en: 'Check phase by phase that current and voltage at the meter come from the same conductor; move the current or the voltage wires on by one phase.',
    'zh-CN': '逐相核对表计的电流与电压是否取自同一相导体，将电流线或电压线依次移一相。',
  },
  'phase order': {
    en: 'Check the phase sequence at the meter, and exchange the two voltage wires that do not belong to the current of their phase.',
    'zh-CN': '用相序表核对表计电压相序，将与电流相别不符的两根电压线对调。',
  },
  'voltage wire missing': {
    en: 'Check the fuse, the terminal and the wire of this voltage up to the meter; note since when, because energy is not fully counted meanwhile.',
    'zh-CN': '检查该相电压回路的熔断器、端子和接线，并记录失压起始时间，期间电量少计，需追补。',
  },
  'current wire missing': {
    en: 'See whether the load really takes nothing in this phase; if it does, look for a shorted or open CT circuit. Never open it under load.',
    'zh-CN': '先确认该相负荷是否确实为零；若不为零，检查电流互感器二次回路是否被短接或断开，严禁带负荷开路。',
  },
  'voltage ratio': {
    en: 'Compare the ratio of the voltage transformers with those set in the meter, in its model and in pt_ratio; it must count exactly once.',
    'zh-CN': '核对电压互感器变比与表计、型号文件及 pt_ratio 的设置，变比只应计入一次。',
  },
  'current ratio': {
    en: 'Compare the ratio of the current transformers with those set in the meter, in its model and in ct_ratio; it must count exactly once. If they are right, see whether the capacity of the supply point is.',
    'zh-CN': '核对电流互感器变比与表计、型号文件及 ct_ratio 的设置，变比只应计入一次；若均无误，再核对供电点容量。',
  },
  'power ratio': {
    en: 'Compare ct_ratio, pt_ratio and the scale of the powers in the model with the settings of the meter; each ratio must count exactly once.',
    'zh-CN': '核对 ct_ratio、pt_ratio 和型号文件中的功率倍率与表计设置，各变比只应计入一次。',
  },
} as const satisfies Record<WiringFault['kind'], Record<Locale, string>>;
