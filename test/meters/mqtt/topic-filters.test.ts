import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filtersMatching, matches } from '../../../src/meters/mqtt/topic-filters.ts';

describe('a topic filter', () => {
  // The examples of MQTT 3.1.1, 4.7.1.
  it.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/monitor/Clients', true],
  ])('%s stands for %s: %s', (filter, topic, is) => {
    expect(matches(filter, topic)).toBe(is);
  });

  const level = fc.constantFrom('a', 'b', 'meter 1', '');

  it('is among those that match the topic exactly when it matches', () => {
    const wanted = fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 5 }), wanted, fc.boolean(), (levels, parts, isOpen) => {
        const topic = levels.join('/');
        const filter = [...parts, ...(isOpen ? ['#'] : [])].join('/');
        expect(filtersMatching(topic).includes(filter)).toBe(matches(filter, topic));
      }),
    );
  });

  it('is one of 3·2^n - 1 for n levels, and the topic alone for very many', () => {
    expect(filtersMatching('a/b')).toHaveLength(1 + 2 + 4 + 4);
    expect(new Set(filtersMatching('a/b/c/d/e/f/g/h')).size).toBe(2 ** 9 - 1 + 2 ** 8);
    expect(filtersMatching('a/b/c/d/e/f/g/h/i')).toEqual(['a/b/c/d/e/f/g/h/i']);
  });
});
