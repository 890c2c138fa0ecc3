import { describe, expect, it } from 'vitest';
import { mailsOf } from './mails.ts';

describe('the sentences', () => {
  const sentence = (name: string, locale: 'zh-CN' | 'en', kind: 'fired' | 'resolved' = 'fired') => {
    const { managers, engineers } = mailsOf(name, kind, locale);
    return (kind === 'fired' ? managers : engineers)[0]?.text.split('\n\n')[1];
  };

  it.each([
    [
      'dip',
      'The voltage on phases L2–L3 and L3–L1 fell to 62 % of its normal value.',
      'BC、CA 相间电压降至正常值的 62 %。',
    ],
    ['dip of a phase', 'The voltage on phase L2 fell to 68 % of its normal value.', 'B 相电压降至正常值的 68 %。'],
    [
      'dip of all phases',
      'The voltage on all three phases fell to 68 % of its normal value.',
      '三相电压降至正常值的 68 %。',
    ],
    ['one phase lost', 'The supply has lost phase L1.', '供电缺相：A 相失电。'],
    [
      'metering fault',
      'The meter no longer sees the voltage of phase L1, but current still flows: a fault of the metering circuit is suspected.',
      '表计测不到 A 相电压，但仍有电流，疑似计量回路故障。',
    ],
    [
      'voltage too high',
      'The supply voltage is higher than the standard allows (deviation +8.1 %, limit +7 %).',
      '供电电压高于国家标准允许范围（偏差 +8.1 %，限值 +7 %）。',
    ],
    [
      'voltage too low',
      'The supply voltage is lower than the standard allows (deviation −7.4 %, limit −7 %).',
      '供电电压低于国家标准允许范围（偏差 −7.4 %，限值 −7 %）。',
    ],
    [
      'voltage too low at 35 kV',
      'The supply voltage is lower than the standard allows (deviation −11.0 %, limit −10 %).',
      '供电电压低于国家标准允许范围（偏差 −11.0 %，限值 −10 %）。',
    ],
    [
      'sum of deviations',
      'The supply voltage spreads too far around its nominal value: positive and negative deviation together 11.0 %, limit 10 %.',
      '供电电压正、负偏差绝对值之和 11.0 %，限值 10 %。',
    ],
    [
      'unbalance',
      'The voltages of the three phases are unequal: unbalance 3.1 % (the limit for 95 % of a week is 2 %).',
      '三相电压不对称：不平衡度 3.1 %，95 % 概率值限值 2 %。',
    ],
    [
      'overload of the contract',
      'The load is 123 % of the contract capacity (9.84 MVA of 8.00 MVA).',
      '当前负荷为合同容量的 123 %（负荷 9.84 MVA，容量 8.00 MVA）。',
    ],
  ])('of a %s name phases and percent in plain words', (name, en, zh) => {
    expect(sentence(name, 'en')).toBe(en);
    expect(sentence(name, 'zh-CN')).toBe(zh);
  });

  it.each([
    [
      'dip',
      'Over. At its worst: 62 % of the normal voltage (phases L2–L3 and L3–L1).',
      '异常已结束。最严重时：BC、CA 相间电压最低为正常值的 62 %。',
    ],
    ['interruption', 'Over. At its worst: no voltage.', '异常已结束。最严重时：电压消失（停电）。'],
    [
      'doubted meter',
      'Its figures can be trusted again. Nothing certain is known of the supply in between.',
      '数据已恢复可信，此前一段时间的供电情况不明。',
    ],
    [
      'silent meter',
      'Data are coming in again. Nothing is known of the supply in between.',
      '数据已恢复上送，中断期间的供电情况不明。',
    ],
    ['two phases lost', 'Over. At its worst: phases L1 and L3 missing.', '异常已结束。最严重时：A、C 相失电。'],
    [
      'metering fault',
      'Over. At its worst: no voltage measured on phase L1 while current flowed.',
      '异常已结束。最严重时：A 相有电流而测不到电压。',
    ],
    [
      'voltage too low',
      'Over. At its worst: deviation −7.4 %, limit −7.0 %.',
      '异常已结束。最严重时：最大偏差 −7.4 %，限值 −7.0 %。',
    ],
    [
      'voltage too low at 35 kV',
      'Over. At its worst: deviation −11.0 %, limit −10.0 %.',
      '异常已结束。最严重时：最大偏差 −11.0 %，限值 −10.0 %。',
    ],
    [
      'sum of deviations',
      'Over. At its worst: positive and negative deviation together 11.0 %, limit 10.0 %.',
      '异常已结束。最严重时：正、负偏差绝对值之和最大 11.0 %，限值 10.0 %。',
    ],
    [
      'unbalance',
      'Over. At its worst: unbalance 3.1 % (limit for 95 % of a week: 2 %).',
      '异常已结束。最严重时：最大不平衡度 3.1 %（95 % 概率值限值 2 %）。',
    ],
    [
      'overload of the contract',
      'Over. At its worst: 123 % of the contract capacity (9.84 MVA of 8.00 MVA).',
      '异常已结束。最严重时：最高达合同容量的 123 %（负荷 9.84 MVA，容量 8.00 MVA）。',
    ],
    [
      'overload of the transformer',
      "Over. At its worst: 129 % of the transformer's rated capacity (10.30 MVA of 8.00 MVA).",
      '异常已结束。最严重时：最高达变压器额定容量的 129 %（负荷 10.30 MVA，容量 8.00 MVA）。',
    ],
    [
      'silent meter',
      'Data are coming in again. Nothing is known of the supply in between.',
      '数据已恢复上送，中断期间的供电情况不明。',
    ],
  ])('after a %s tell the worst of it', (name, en, zh) => {
    expect(sentence(name, 'en', 'resolved')).toBe(en);
    expect(sentence(name, 'zh-CN', 'resolved')).toBe(zh);
  });

  it('after an overload ask whether it comes back, and after a dip whether all is running', () => {
    const of = (name: string, locale: 'zh-CN' | 'en') => mailsOf(name, 'resolved', locale).managers[0]?.text;
    expect(of('overload of the contract', 'en')).toContain('1. Call the customer: will this load come back, and when?');
    expect(of('overload of the contract', 'en')).toContain('2. Ask whether more capacity is needed');
    expect(of('overload of the contract', 'en')).not.toContain('damaged');
    expect(of('overload of the contract', 'zh-CN')).toContain('1. 致电客户：该负荷是否还会出现？何时出现？');
    expect(of('overload of the contract', 'zh-CN')).not.toContain('损坏');
    expect(of('dip', 'en')).toContain('was anything damaged?');
    expect(of('dip', 'zh-CN')).toContain('有无损坏');
  });

  it('tell the manager when it ended and how long it took', () => {
    const [en, zh] = (['en', 'zh-CN'] as const).map(
      (locale) => mailsOf('dip', 'resolved', locale).managers[0]?.text ?? '',
    );
    expect(en).toContain('It is over: back to normal since 08:00:13, after about 8 s.');
    expect(en).toContain('When: 2026-03-01 08:00:05 to 08:00:13, about 8 s');
    expect(zh).toContain('异常已结束：08:00:13 起恢复正常，历时约 8 秒。');
  });
});
