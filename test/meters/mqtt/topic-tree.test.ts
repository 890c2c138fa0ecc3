import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, filterOf, type Level, levelsOf, meterNames } from '../../../src/meters/mqtt/topic-pattern.ts';
import { TopicTree } from '../../../src/meters/mqtt/topic-tree.ts';

/** MQTT 3.1.1, 4.7, in another way: as a regular expression. */
function matches(filter: string, topic: string): boolean {
  if (/^[+#]/.test(filter) && topic.startsWith('$')) return false;
  const pattern = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]*' : level === '#' ? '#' : level.replace(/\$/g, '\\$')))
    .join('/')
    .replace(/\/#$/, '(/.*)?')
    .replace(/^#$/, '.*');
  return new RegExp(`^${pattern}$`).test(topic);
}

const text = fc.constantFrom<Level>(
  { kind: 'text', text: 'a' },
  { kind: 'text', text: 'b' },
  { kind: 'text', text: '' },
  { kind: 'text', text: '$s' },
);
const any = fc.constant<Level>({ kind: 'any', name: 'x' });
const levels = fc
  .tuple(fc.array(fc.oneof(text, any), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([some, hasRest]): readonly Level[] => (hasRest ? [...some, { kind: 'rest' }] : some));
const topics = fc
  .array(fc.constantFrom('a', 'b', '', '$s', 'c'), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'));

describe('topics', () => {
  it('find exactly the listeners whose filter matches', () => {
    fc.assert(
      fc.property(fc.array(levels, { maxLength: 8 }), topics, (patterns, topic) => {
        const tree = new TopicTree<number>();
        for (const [index, pattern] of patterns.entries()) tree.add(pattern, index);
        const expected = patterns.flatMap((pattern, index) => (matches(filterOf(pattern), topic) ? [index] : []));
        expect([...tree.find(topic.split('/'))].sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('are subscribed to in filters of which none covers another, and which miss nothing', () => {
    fc.assert(
      fc.property(fc.array(levels, { maxLength: 8 }), topics, (patterns, topic) => {
        const tree = new TopicTree<number>();
        for (const [index, pattern] of patterns.entries()) tree.add(pattern, index);
        const filters = tree.filters();
        const isWanted = patterns.some((pattern) => matches(filterOf(pattern), topic));
        expect(filters.some((filter) => matches(filter, topic))).toBe(isWanted);
        for (const one of filters) {
          for (const other of filters) {
            if (one !== other) expect(covers(one.split('/'), other.split('/'))).toBe(false);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are made of what the connection names: one level for each name, the last takes the rest', () => {
    const names = meterNames('group/edge/line 1/meter', ['group', 'edge', 'device']);
    expect(Object.fromEntries(names)).toEqual({ group: 'group', edge: 'edge', device: 'line 1/meter' });
    expect(filterOf(levelsOf('x/{group}/{type}/{edge}/m-{device}', names))).toBe('x/group/+/edge/m-line 1/meter');
    expect(Object.fromEntries(meterNames('group', ['group', 'edge']))).toEqual({ group: 'group' });
    expect(filterOf(levelsOf('{meter}', meterNames('{x}/y', ['meter'])))).toBe('{x}/y');
  });
});
