import { describe, expect, it } from 'vitest';
import type { WiringFault } from '../../src/domain/wiring.ts';
import { wiringAdvice, wiringWords } from '../../src/quality/wiring-words.ts';

const FAULTS: readonly WiringFault[] = [
  { kind: 'ct reversed', phase: 'L2' },
  { kind: 'cts swapped', phases: ['L1', 'L3'] },
  { kind: 'cts rotated' },
  { kind: 'phase order' },
  { kind: 'voltage wire missing', phase: 'L1' },
  { kind: 'current wire missing', phase: 'L3' },
  { kind: 'voltage ratio', factor: Math.sqrt(3) },
  { kind: 'current ratio', factor: 41 },
  { kind: 'power ratio', factor: 1 / 350 },
];

describe('the words for wiring faults', () => {
  it('name phase and factor in both languages', () => {
    expect(FAULTS.map((fault) => wiringWords(fault, 'en'))).toEqual([
      'CT on L2 reversed',
      'CTs on L1 and L3 exchanged',
      'Currents stand one phase on from their voltages',
      'Two voltages exchanged: phase order reversed',
      'Voltage of L1 missing at the meter',
      'Current of L3 missing at the meter',
      'Voltages are 1.73 times what they should be',
      'Currents are 41 times what the supply point is rated for: CT ratio',
      'Powers are 0.00286 times what voltage and current make',
    ]);
    expect(wiringWords({ kind: 'ct reversed', phase: 'L2' }, 'zh-CN')).toBe('L2 相电流互感器极性接反');
    expect(wiringWords({ kind: 'voltage ratio', factor: 100 }, 'zh-CN')).toBe('电压为应有值的 100 倍');
    expect(wiringWords({ kind: 'current ratio', factor: 41 }, 'zh-CN')).toBe(
      '电流为供电点额定电流的 41 倍：电流互感器变比有误',
    );
  });

  it('say what to do, each in its own sentence', () => {
    for (const locale of ['en', 'zh-CN'] as const) {
      const advice = FAULTS.map((fault) => wiringAdvice(fault, locale));
      expect(new Set(advice).size).toBe(FAULTS.length);
      expect(advice.every((sentence) => /[.。]$/.test(sentence))).toBe(true);
    }
  });
});
