import { describe, expect, it } from 'vitest';
import type { Alert, AlertChange } from '../../src/domain/alert.ts';
import { alert, evidenceOf, fired, resolved, worsened } from './fixtures.ts';
import { mailsFor } from './mails.ts';

describe('what got worse', () => {
  const dip = alert('voltage_dip', evidenceOf('dip'));
  const subjectsOf = (change: AlertChange, locale: 'zh-CN' | 'en') => {
    const { managers, engineers } = mailsFor(change, locale);
    return [...managers, ...engineers].map(({ subject }) => subject);
  };

  it('says so in the subject, with what it is and what it was at first', () => {
    const change = worsened(dip, evidenceOf('interruption'));
    expect(subjectsOf(change, 'en')).toEqual([
      '[Urgent] North Steel: Now worse: Supply interruption (at first: Voltage dip)',
      '[CRITICAL] Now worse: Supply interruption (at first: Voltage dip): North Steel / Feed c01',
    ]);
    expect(subjectsOf(change, 'zh-CN')).toEqual([
      '【紧急】North Steel：情况加重，现为供电中断（起初为电压暂降）',
      '【紧急】情况加重，现为供电中断（起初为电压暂降）：North Steel / Feed c01',
    ]);
  });

  it('tells the sentence, the meaning and the first steps of the graver kind', () => {
    const { managers, engineers } = mailsFor(worsened(dip, evidenceOf('interruption')), 'en');
    for (const { text, html } of [...managers, ...engineers]) {
      expect(text).toContain('It is worse than first reported. The supply of this point is interrupted.');
      expect(text).toContain('1. Call the customer at once: is anybody or any process in danger');
      expect(html).toContain('Now worse: Supply interruption');
    }
    expect(managers[0]?.text).toContain('Everything at this supply point is without power');
    expect(managers[0]?.text).not.toContain('lights only blink');
    expect(engineers[0]?.text).toContain('On opening: 62.00 % (limit 90 %)');
    expect(engineers[0]?.text).toContain('Seen by polling: every 1 s; between two polls');
    const zh = mailsFor(worsened(dip, evidenceOf('interruption')), 'zh-CN').managers[0]?.text;
    expect(zh).toContain('情况比最初通报的更严重。该供电点供电中断。');
  });

  it('is true of a voltage that was too high and then, further off, too low', () => {
    const high = alert('voltage_deviation', evidenceOf('voltage too high'));
    const change = worsened(high, { ...evidenceOf('voltage too low'), judged: -9, badness: 2 });
    expect(subjectsOf(change, 'en')[0]).toBe(
      '[Notice] North Steel: Now worse: Supply voltage too low (at first: Supply voltage too high)',
    );
    expect(subjectsOf(change, 'zh-CN')[0]).toBe(
      '【提醒】North Steel：情况加重，现为供电电压偏低（起初为供电电压偏高）',
    );
    expect(mailsFor(change, 'en').managers[0]?.text).toContain('deviation −9.0 %, limit −7 %');
  });

  it('does not name what it is again as what it was', () => {
    const change = worsened(dip, { ...evidenceOf('dip'), badness: 90 });
    expect(subjectsOf(change, 'en')[0]).toBe('[Urgent] North Steel: Now worse: Voltage dip');
    expect(subjectsOf(change, 'zh-CN')[0]).toBe('【紧急】North Steel：情况加重，现为电压暂降');
  });

  it('before people were told at all is told as what it became', () => {
    const change = fired({ ...dip, worst: evidenceOf('interruption') });
    expect(subjectsOf(change, 'en')[0]).toBe('[Urgent] North Steel: Supply interruption');
    const { managers, engineers } = mailsFor(change, 'en');
    for (const { text } of [...managers, ...engineers]) {
      expect(text.split('\n\n')[1]).toBe('The supply of this point is interrupted.');
    }
  });

  it('and is over says how bad it was', () => {
    const over = resolved(worsened(dip, evidenceOf('interruption')).alert);
    expect(subjectsOf(over, 'en')[0]).toBe('[Over] North Steel: Supply interruption');
    expect(mailsFor(over, 'en').managers[0]?.text).toContain('At its worst: no voltage');
  });
});

describe('a suspected metering fault', () => {
  const mails = (change: Partial<Alert>, locale: 'zh-CN' | 'en') =>
    mailsFor(fired(alert('phase_loss', evidenceOf('metering fault'), change)), locale);

  it.each(['critical', 'warning'] as const)('is no emergency, also when the pack calls a lost phase %s', (severity) => {
    const en = mails({ severity }, 'en');
    expect([...en.managers, ...en.engineers].map(({ subject }) => subject)).toEqual([
      '[Notice] North Steel: Metering circuit fault suspected',
      '[WARNING] Metering circuit fault suspected: North Steel / Feed c01',
    ]);
    const zh = mails({ severity }, 'zh-CN');
    expect([...zh.managers, ...zh.engineers].map(({ subject }) => subject)).toEqual([
      '【提醒】North Steel：疑似计量回路故障（失压）',
      '【告警】疑似计量回路故障（失压）：North Steel / Feed c01',
    ]);
  });

  it('that turns out to be a lost phase is one', () => {
    const change = worsened(alert('phase_loss', evidenceOf('metering fault')), evidenceOf('one phase lost'));
    expect(mailsFor(change, 'en').managers[0]?.subject).toBe(
      '[Urgent] North Steel: Now worse: Phase lost (at first: Metering circuit fault suspected)',
    );
  });

  it('that is mended asks nobody to call the customer', () => {
    const over = resolved(alert('phase_loss', evidenceOf('metering fault')));
    const [en, zh] = (['en', 'zh-CN'] as const).map((locale) => mailsFor(over, locale).managers[0]?.text ?? '');
    expect(en).toContain('1. Nothing is to do with the customer');
    expect(en).not.toContain('Call the customer');
    expect(zh).toContain('1. 无需联系客户');
    expect(zh).not.toContain('致电客户');
  });
});
