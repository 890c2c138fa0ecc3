import type { PayloadModel } from './mapping.ts';
import { filterOf, type Level, levelsOf, meterNames } from './topic-pattern.ts';

/** A model and what the connection's topic names. */
export interface Listening {
  readonly model: Pick<PayloadModel, 'format' | 'meter' | 'messages'>;
  readonly topic: string;
}

/**
 * A topic, as a broker's filter, whose messages two meters would both take for their own; undefined where there is none.
 * Words of fault may be for both: one gateway tells of its trouble for all that is behind it.
 */
export function sharedTopic(one: Listening, other: Listening): string | undefined {
  const others = topicsOf(other);
  for (const levels of topicsOf(one)) {
    const shared = others.find((each) => haveCommon(levels, each));
    if (shared) return narrower(levels, shared);
  }
  return undefined;
}

function topicsOf({ model: { format, meter, messages }, topic }: Listening): readonly (readonly Level[])[] {
  const names = meterNames(topic, meter);
  if (format === 'sparkplug') return [levelsOf('spBv1.0/{group}/{type}/{edge}', names, true)];
  return messages.filter(({ fault }) => !fault).flatMap(({ topics }) => topics.map((each) => levelsOf(each, names)));
}

/** Whether some topic is one of both. */
function haveCommon(one: readonly Level[], other: readonly Level[]): boolean {
  for (let index = 0; ; index += 1) {
    const [a, b] = [one[index], other[index]];
    if (a?.kind === 'rest' || b?.kind === 'rest') return true;
    if (!a || !b) return a === b;
    if (a.kind === 'text' && b.kind === 'text' && a.text !== b.text) return false;
    // Wildcards at the beginning do not match topics that begin with $ (MQTT 3.1.1, 4.7.2).
    if (index === 0 && a.kind !== b.kind && [a, b].some((each) => each.kind === 'text' && each.text.startsWith('$'))) {
      return false;
    }
  }
}

/** For people: the one of the two that says more. */
function narrower(one: readonly Level[], other: readonly Level[]): string {
  const wildcards = (levels: readonly Level[]) => levels.filter(({ kind }) => kind !== 'text').length;
  return filterOf(wildcards(other) < wildcards(one) ? other : one);
}
