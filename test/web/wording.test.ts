import { describe, expect, it } from 'vitest';
import { placeInWords } from '../../src/web/alert-table.ts';
import { voltageInWords } from '../../src/web/customer-table.ts';
import { html, Markup } from '../../src/web/html.ts';
import { ageInWords, shortTime } from '../../src/web/moments.ts';
import { lines, phases } from '../rules/points.ts';
import { customer, meter, NOW, supplyPoint } from './fleets.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('html', () => {
  it('escapes what is put into it, in text, attributes and lists, but no markup', () => {
    const evil = `<b a='1' c="2">&`;
    const escaped = '&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;';
    expect(html`<i title="${evil}">${[evil, html`<u>${evil}</u>`]}${7}</i>${new Markup('<br>')}`.text).toBe(
      `<i title="${escaped}">${escaped}<u>${escaped}</u>7</i><br>`,
    );
  });
});

describe('times', () => {
  it('are short: the clock today, the date too on another day of the site', () => {
    expect(shortTime(NOW, NOW, 'Asia/Shanghai')).toBe('03:12:40');
    // 23:59:59 of the day before in Shanghai, while it is one day in London.
    const yesterday = Date.parse('2026-03-01T15:59:59Z');
    expect(shortTime(yesterday, NOW, 'Asia/Shanghai')).toBe('03-01 23:59');
    expect(shortTime(yesterday, NOW, 'Europe/London')).toBe('15:59:59');
  });

  it('have an age of two units at most, to the nearest second as in the mails', () => {
    expect(ageInWords(7_499, 'en')).toBe('7 s');
    expect(ageInWords(7_500, 'en')).toBe('8 s');
    expect(ageInWords(3 * MINUTE + 20_600, 'en')).toBe('3 min 21 s');
    expect(ageInWords(2 * HOUR + 59 * MINUTE + 59_000, 'en')).toMatch(/^2 h\w*,? 59 m\w*$/);
    expect(ageInWords(50 * HOUR + 59 * MINUTE, 'en')).toMatch(/^2 d\w*,? 2 h\w*$/);
    expect(ageInWords(50 * HOUR, 'zh-CN')).toMatch(/^2 ?天 ?2 ?小时$/);
    expect(ageInWords(-5_000, 'en')).toMatch(/^0 s/);
  });
});

describe('voltages', () => {
  it('are line voltages with one unit, phase voltages where there are no others', () => {
    expect(voltageInWords({ ...lines(10_320, 10_310, 10_330), ...phases(5_958) })).toBe('10.32 / 10.31 / 10.33 kV');
    expect(voltageInWords(phases(230.1, 229.4, 231))).toBe('230.1 / 229.4 / 231.0 V');
    expect(voltageInWords(lines(10_320, 812, 10_330))).toBe('10.32 kV / 812.0 V / 10.33 kV');
    expect(voltageInWords({})).toBe('');
  });
});

describe('a place', () => {
  const inWords = (name: string) => {
    const point = supplyPoint('p', [], { name });
    const owner = customer('c', [point], { name: 'North Steel' });
    return placeInWords({ customer: owner, supplyPoint: point, meter: meter('m', 'h'), line: 'modbus-tcp://h:502' });
  };

  it('goes from the grid towards the customer', () => {
    expect(inWords('Main feed')).toBe('East › F12 › Main feed · 10 kV');
  });

  it('leaves out what only repeats the customer or the voltage', () => {
    expect(inWords('North Steel')).toBe('East › F12 · 10 kV');
    expect(inWords('North Steel 10 kV')).toBe('East › F12 · 10 kV');
    expect(inWords('North Steel 2')).toBe('East › F12 › 2 · 10 kV');
  });
});
