import type { PayloadModel } from './mapping.ts';
import { filled, namesIn } from './placeholders.ts';

/** A level of a topic: a text, or any text, which is then known by the name. */
export type Level =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any'; readonly name: string }
  /** This level and all below it, and also its absence. */
  | { readonly kind: 'rest' };

/** Why a text is no topic pattern; undefined when it is one. `meter`: the names that the connection fills. */
export function patternProblem(text: string, meter: readonly string[]): string | undefined {
  if (text === '' || text.includes('\0')) return 'expected a topic';
  if (/[+#]/.test(text)) return 'expected {name} in place of the wildcards + and #';
  for (const level of text.split('/')) {
    const isWhole = /^\{[a-z_][a-z0-9_]*\}$/i.test(level);
    if (isWhole || namesIn(level).every((name) => meter.includes(name))) continue;
    return `expected each {name} but the meter's own to be a whole level of the topic, found ${level}`;
  }
  return speakerProblem(text, meter);
}

/** Why nobody could tell whom a topic speaks for. Without names of the meter the connection's query says it. */
function speakerProblem(text: string, meter: readonly string[]): string | undefined {
  const names = namesIn(text);
  if (meter.length === 0 || names.some((name) => meter.includes(name))) return undefined;
  const wanted = meter.map((name) => `{${name}}`).join(' or ');
  const expected = `expected ${wanted} in the topic, or every meter would hear the same messages`;
  const [unfilled] = names;
  return unfilled === undefined ? expected : `${expected}; {${unfilled}} is filled by nothing`;
}

/**
 * What the connection's topic says for the names in `meter`: one level each, the last takes the rest. A name that
 * nothing is left for is absent.
 */
export function meterNames(topic: string, meter: readonly string[]): ReadonlyMap<string, string> {
  const levels = topic.split('/');
  const names = new Map<string, string>();
  for (const [index, name] of meter.entries()) {
    const own = index === meter.length - 1 ? levels.slice(index) : levels.slice(index, index + 1);
    if (own.length > 0) names.set(name, own.join('/'));
  }
  return names;
}

/** The levels of a pattern, with the meter's names filled. `hasRest`: everything below belongs to it too. */
export function levelsOf(pattern: string, names: ReadonlyMap<string, string>, hasRest = false): readonly Level[] {
  const levels = pattern.split('/').flatMap((level): Level[] => {
    const text = filled(level, names);
    if (text !== undefined) return text.split('/').map((each) => ({ kind: 'text', text: each }));
    return [{ kind: 'any', name: namesIn(level)[0] ?? '' }];
  });
  return hasRest ? [...levels, { kind: 'rest' }] : levels;
}

/** What a broker is asked for. */
export function filterOf(levels: readonly Level[]): string {
  return levels.map((level) => (level.kind === 'text' ? level.text : level.kind === 'any' ? '+' : '#')).join('/');
}

/** What the levels of a topic that matches are called. */
export function capturesOf(levels: readonly Level[], topic: readonly string[]): ReadonlyMap<string, string> {
  const captures = new Map<string, string>();
  for (const [index, level] of levels.entries()) {
    if (level.kind === 'any') captures.set(level.name, topic[index] ?? '');
  }
  return captures;
}

/** Whether every topic of the second filter is one of the first too. */
export function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  for (let index = 0; ; index += 1) {
    const level = wide[index];
    // Wildcards at the beginning do not match topics that begin with $ (MQTT 3.1.1, 4.7.2).
    if (index === 0 && (level === '+' || level === '#') && narrow[0]?.startsWith('$')) return false;
    if (level === '#') return true;
    if (level === undefined || narrow[index] === undefined) return level === narrow[index];
    if (narrow[index] === '#' || (level !== '+' && level !== narrow[index])) return false;
  }
}

/**
 * Why a connection does not say which messages are the meter's; undefined when it does. `select`: what stands behind its `?`,
 * field → value, which is all that tells the meters of a model without names from one another.
 */
export function connectionProblem(
  { format, meter, messages }: Pick<PayloadModel, 'format' | 'meter' | 'messages'>,
  topic: string,
  select: Readonly<Record<string, string>> = {},
): string | undefined {
  if (meter.length === 0) {
    const isSelected = Object.keys(select).length > 0;
    return isSelected
      ? undefined
      : 'expected mqtt://BROKER/TOPIC?FIELD=VALUE, a field that tells this meter from others,';
  }
  const names = meterNames(topic, meter);
  const patterns = format === 'sparkplug' ? ['{group}/{edge}'] : messages.flatMap(({ topics }) => topics);
  const needed = new Set(patterns.flatMap(namesIn).filter((name) => meter.includes(name)));
  const isComplete = [...needed].every((name) => names.has(name));
  const isPlain = format !== 'sparkplug' || topic.split('/').length <= meter.length;
  if (isComplete && isPlain) return undefined;
  return `expected mqtt://BROKER/${meter.map((name) => name.toUpperCase()).join('/')}`;
}
