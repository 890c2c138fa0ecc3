import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharedTopic } from '../../../src/meters/mqtt/shared-topic.ts';
import { levelsOf, meterNames } from '../../../src/meters/mqtt/topic-pattern.ts';
import { TopicTree } from '../../../src/meters/mqtt/topic-tree.ts';

const METER = ['meter'];
const NAMES = meterNames('m', METER);

const level = fc.constantFrom('{meter}', '{any}', 'a', '$b');
const pattern = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));

/** All topics of up to three levels that say anything to the patterns; 'z' is only for wildcards. */
const WORDS = ['m', 'a', '$b', 'z'];
const TOPICS = [1, 2, 3].flatMap((length) =>
  Array.from({ length: WORDS.length ** length }, (_, number) =>
    Array.from({ length }, (__, index) => WORDS[Math.floor(number / WORDS.length ** index) % WORDS.length] ?? ''),
  ),
);

function listening(...topics: readonly string[]) {
  const rest = { when: [], select: [], roots: [[]], isPartial: false, ratios: {}, quality: [], values: [], events: [] };
  return { model: { format: 'json', meter: METER, messages: [{ ...rest, topics }] }, topic: 'm' } as const;
}

it('two patterns have a topic in common when some topic is found with both', () => {
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      const tree = new TopicTree<number>();
      for (const [index, each] of [one, other].entries()) tree.add(levelsOf(each, NAMES), index);
      const isFound = TOPICS.some((topic) => new Set(tree.find(topic)).size === 2);

      expect(sharedTopic(listening(one), listening(other)) !== undefined).toBe(isFound);
      expect(sharedTopic(listening('x/y/z/{meter}', other), listening(one)) !== undefined).toBe(isFound);
    }),
    { numRuns: 500 },
  );
});

it('the topic that is named is the narrower of the two', () => {
  expect(sharedTopic(listening('{any}/{meter}'), listening('a/{meter}'))).toBe('a/m');
  expect(sharedTopic(listening('{any}/{meter}'), listening('{other}/{meter}'))).toBe('+/m');
});
