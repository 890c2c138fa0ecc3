import { describe, expect, it } from 'vitest';
import { LOCALES } from '../../src/domain/customer.ts';
import { createAnnouncer } from '../../src/notify/announcer.ts';
import { RULE_WORDS } from '../../src/rules/index.ts';
import type { OutgoingMessage } from '../../src/store/state-store.ts';
import {
  alert,
  announcerOptions,
  customer,
  DUTY_EN,
  DUTY_ZH,
  evidenceOf,
  fired,
  GATEWAY,
  resolved,
  silence,
  TROUBLES,
  ZONE,
} from './fixtures.ts';
import { mailsFor, mailsOf } from './mails.ts';

const ODD_NAME = `<b>&"'`;

const KINDS = ['fired', 'worsened', 'resolved'] as const;

const wordsOf = ({ subject, text, html }: OutgoingMessage) => `${subject}\n${text}\n${html}`;

describe.each(LOCALES)('in %s', (locale) => {
  describe.each(TROUBLES)('$name', ({ name, rule, evidence }) => {
    it.each(KINDS)('%s: whole, clean and in one language', (kind) => {
      const { managers, engineers } = mailsOf(name, kind, locale);
      expect(engineers).toHaveLength(1);
      expect(managers).toHaveLength(rule === 'meter_silent' ? 0 : 1);
      for (const mail of [...managers, ...engineers]) {
        expect(wordsOf(mail)).not.toMatch(/undefined|NaN|Infinity|\[object|null/);
        expect(mail.text).toContain('North Steel');
        // A hyphen is no minus sign.
        expect(mail.text).not.toMatch(/[^\w]-\d/);
        expect(mail.html).toContain(`lang="${locale}"`);
        if (locale === 'en') expect(wordsOf(mail).replace(/'PingFang.*?sans-serif/, '')).not.toMatch(/\p{Script=Han}/u);
        else expect(mail.text).toMatch(/\p{Script=Han}/u);
        // Between two Chinese characters there is no space.
        expect(mail.text).not.toMatch(/\p{Script=Han} \p{Script=Han}/u);
      }
    });

    it.each(KINDS)('%s: the manager reads no register, address or zone', (kind) => {
      for (const mail of mailsOf(name, kind, locale).managers) {
        const words = wordsOf(mail);
        // Every quantity, rule and kind that has more than one word is written with it.
        expect(words).not.toContain('_');
        expect(words).not.toMatch(/\d+\.\d+\.\d+\.\d+|modbus|mqtt|sdm630|c01-m/i);
        expect(words).not.toContain(ZONE);
      }
    });

    it('tells the manager what it means and what to do first, and the engineer where and how much', () => {
      const { managers, engineers } = mailsOf(name, 'fired', locale);
      const words = RULE_WORDS[rule][locale];
      for (const { text } of managers) {
        expect(text).toContain(words.meaning(evidence.kind));
        expect(text).toContain(`1. ${words.advice(evidence.kind)[0]}`);
        expect(text).toContain((locale === 'en' ? DUTY_EN : DUTY_ZH).email);
      }
      for (const { text } of engineers) {
        for (const part of ['East › F12 › Feed c01', 'modbus-tcp://10.7.7.7:502', rule, ZONE])
          expect(text).toContain(part);
      }
    });
  });

  it('HTML is told from text: a customer called <b>&"\'', () => {
    for (const kind of KINDS) {
      const { managers, engineers } = mailsOf('dip', kind, locale, ODD_NAME);
      for (const { html, text, subject } of [...managers, ...engineers]) {
        expect(html).toContain('&lt;b&gt;&amp;&quot;&#39;');
        expect(html).not.toContain('<b>');
        expect(text).toContain(ODD_NAME);
        expect(subject).toContain(ODD_NAME);
      }
    }
  });
});

describe('what polling can say of a dip', () => {
  const endOf = (change: Parameters<typeof alert>[2], after: number) => {
    const announcer = createAnnouncer(announcerOptions([customer('c01')]));
    const of = alert('voltage_dip', evidenceOf('dip'), change);
    return announcer.messagesFor(resolved(of, after)).find(({ recipient }) => recipient === DUTY_EN.id)?.text;
  };
  const since = Date.UTC(2026, 2, 1);

  it('seen from second 0 to 5, good at 6: 5 s at least, and 7 s at most', () => {
    expect(endOf({ since, lastBad: since + 5_000 }, 6_000)).toContain('lasted between 5 s and 7 s');
  });

  it('seen by one poll of every second: less than two', () => {
    expect(endOf({ since, lastBad: since }, 1_000)).toContain('one poll saw it: shorter than 2 s');
  });

  it('a gap before the first good poll is uncertain time too', () => {
    expect(endOf({ since, lastBad: since + 5_000 }, 30_000)).toContain('lasted between 5 s and 31 s');
  });

  it('when it begins: how often was looked', () => {
    const announcer = createAnnouncer(announcerOptions([customer('c01')]));
    const text = announcer.messagesFor(fired(alert('voltage_dip', evidenceOf('dip')))).at(-1)?.text;
    expect(text).toContain('Seen by polling: every 1 s; between two polls it may have been deeper');
  });
});

describe("the engineer's figures", () => {
  const text = (name: string) => mailsOf(name, 'fired', 'en').engineers[0]?.text;

  it.each([
    ['dip', 'Worst: 62.00 % (limit 90 %), U L2-L3 6.20 kV'],
    ['sum of deviations', 'Worst: positive and negative deviation together 11.00 % (limit 10 %), U L1-L2 37.10 kV'],
    ['voltage too low', 'Worst: −7.37 % (limit −7 %), U L1-L2 352.0 V'],
    ['unbalance', 'Worst: 3.07 % (limit 2 %), U2/U1'],
    ['overload of the contract', 'Worst: 123.00 % (limit 100 %), S 9.84 MVA'],
    ['silent meter', 'Silent for: 25 min 20 s (limit 10 s)'],
    ['dip', 'Measured then: U L1-L2 10.00 kV · U L2-L3 6.20 kV · U L3-L1 8.10 kV'],
    ['dip', 'GB/T 30137-2024'],
  ])('of a %s: %s', (name, line) => {
    expect(text(name)).toContain(line);
  });

  it('name the standard in the language of the reader', () => {
    expect(text('dip')).toContain('voltage_dip · GB/T 30137-2024, dip below 90 %, interruption below 10 %\n');
    expect(mailsOf('dip', 'fired', 'zh-CN').engineers[0]?.text).toContain(
      'voltage_dip · GB/T 30137-2024，暂降低于 90 %，短时中断低于 10 %\n',
    );
    const announcer = createAnnouncer(announcerOptions([customer('c01')]));
    const line = announcer.messagesFor(fired(alert('meter_silent', silence('line'), { subject: GATEWAY })));
    expect(line.find(({ recipient }) => recipient === DUTY_ZH.id)?.text).toContain('meter_silent · 数据采集\n');
  });

  it('have a minus sign, also among what was measured', () => {
    const evidence = { ...evidenceOf('overload of the contract'), values: { reactive_power_total: -1_250_000 } };
    expect(mailsFor(fired(alert('overload', evidence)), 'en').engineers[0]?.text).toContain('Q −1.25 Mvar');
  });

  it('show what opened it beside the worst once it got worse', () => {
    const announcer = createAnnouncer(announcerOptions([customer('c01')]));
    const first = evidenceOf('dip of a phase');
    const worse = { ...first, judged: 31, value: 68.2, badness: 69 };
    const mail = announcer.messagesFor(resolved(alert('voltage_dip', first, { worst: worse }))).at(-1)?.text;
    expect(mail).toContain('On opening: 68.18 % (limit 90 %), U L2-N 150.0 V');
    expect(mail).toContain('Worst: 31.00 % (limit 90 %), U L2-N 68.20 V');
    expect(text('dip')).not.toContain('On opening');
  });

  it('a silent line: how long, and whom nobody sees', () => {
    const announcer = createAnnouncer(announcerOptions([customer('c01'), customer('c02')]));
    const line = alert('meter_silent', silence('line'), { subject: GATEWAY });
    const mail = announcer.messagesFor(fired(line)).at(-1)?.text;
    expect(mail).toContain(`Line: ${GATEWAY}`);
    expect(mail).toContain('Silent for: 25 min 20 s (limit 10 s)');
    expect(mail).toContain('  - Customer c01 / Feed c01 (c01-m)\n  - Customer c02 / Feed c02 (c02-m)');
  });
});
