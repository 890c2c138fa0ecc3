import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLines } from '../../../src/meters/mqtt/line-protocol.ts';

describe('line protocol', () => {
  it.each([
    ['m f=1', { measurement: 'm', tags: {}, fields: { f: 1 } }],
    ['m,a=b f=1.5e3 12', { measurement: 'm', tags: { a: 'b' }, fields: { f: 1500 }, time: '12' }],
    ['m f=-3i,g=4u,h=.5', { measurement: 'm', tags: {}, fields: { f: -3, g: 4, h: 0.5 } }],
    ['m f=t,g=False,h="x"', { measurement: 'm', tags: {}, fields: { f: true, g: false, h: 'x' } }],
    ['m\\ 1\\,2,a\\=b=c\\ d f\\ g=1', { measurement: 'm 1,2', tags: { 'a=b': 'c d' }, fields: { 'f g': 1 } }],
    [
      'm f="a \\"b\\" \\\\ c, d=e\nf" 5',
      { measurement: 'm', tags: {}, fields: { f: 'a "b" \\ c, d=e\nf' }, time: '5' },
    ],
    ['m\\x f=1', { measurement: 'm\\x', tags: {}, fields: { f: 1 } }],
    ['  m f=1 5  ', { measurement: 'm', tags: {}, fields: { f: 1 }, time: '5' }],
  ])('reads %j', (text, point) => {
    expect(parseLines(text, 10)).toEqual([point]);
  });

  it('reads many lines, with either end and comments between', () => {
    expect(parseLines('\n# x\r\nm f=1 1\r\n\n m f=2 2\n#', 10).map(({ time }) => time)).toEqual(['1', '2']);
    expect(parseLines('', 10)).toEqual([]);
  });

  it.each([
    'm',
    'm f',
    'm f=',
    'm f=abc',
    'm f="x',
    'm,a f=1',
    'm f=1 x',
    'm f=1 1 2',
    ',a=b f=1',
    'm,=b f=1',
    '{"a":1}',
  ])('refuses %j', (text) => {
    expect(() => parseLines(text, 10)).toThrow(/^no line protocol: point 1, /);
  });

  it('refuses more points than it may have', () => {
    expect(parseLines('m f=1\n'.repeat(10), 10)).toHaveLength(10);
    expect(() => parseLines('m f=1\n'.repeat(11), 10)).toThrow('more than 10 points');
  });

  it('reads back what the format escapes', () => {
    const name = fc.stringMatching(/^[a-z ,=]{1,8}$/);
    const escaped = (text: string) => text.replace(/[ ,=]/g, (letter) => `\\${letter}`);
    fc.assert(
      fc.property(
        name,
        name,
        name,
        // Written down, a negative zero is a zero.
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        (measurement, tag, field, value) => {
          const line = `${escaped(measurement)},${escaped(tag)}=${escaped(field)} ${escaped(field)}=${value} 7`;
          const [point] = parseLines(line, 1);
          expect(point?.measurement).toBe(measurement);
          expect(point?.tags).toEqual({ [tag]: field });
          expect(point?.fields[field]).toBe(value);
        },
      ),
    );
  });
});
