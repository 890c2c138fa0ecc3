import { covers, filterOf, type Level } from './topic-pattern.ts';

interface Node<T> {
  readonly texts: Map<string, Node<T>>;
  any?: Node<T>;
  readonly here: T[];
  readonly below: T[];
}

/** Finds what listens to a topic, in time that does not grow with the number of listeners. */
export class TopicTree<T> {
  readonly #root = newNode<T>();
  readonly #filters = new Set<string>();

  add(levels: readonly Level[], listener: T): void {
    this.#filters.add(filterOf(levels));
    let node = this.#root;
    for (const level of levels) {
      if (level.kind === 'rest') {
        node.below.push(listener);
        return;
      }
      node = level.kind === 'text' ? textNode(node, level.text) : anyNode(node);
    }
    node.here.push(listener);
  }

  find(topic: readonly string[]): readonly T[] {
    const found: T[] = [];
    collect(this.#root, topic, 0, found);
    return found;
  }

  /** What to subscribe to: each topic is asked for once where filters allow it. */
  filters(): readonly string[] {
    const all = [...this.#filters].map((filter) => filter.split('/'));
    const wide = all.filter((filter) => filter.some((level) => level === '+' || level === '#'));
    const kept = all.filter((filter) => !wide.some((other) => other !== filter && covers(other, filter)));
    return kept.map((filter) => filter.join('/'));
  }
}

function newNode<T>(): Node<T> {
  return { texts: new Map(), here: [], below: [] };
}

function textNode<T>(node: Node<T>, text: string): Node<T> {
  const known = node.texts.get(text);
  if (known) return known;
  const made = newNode<T>();
  node.texts.set(text, made);
  return made;
}

function anyNode<T>(node: Node<T>): Node<T> {
  node.any ??= newNode<T>();
  return node.any;
}

function collect<T>(node: Node<T>, topic: readonly string[], depth: number, found: T[]): void {
  found.push(...node.below);
  const level = topic[depth];
  if (level === undefined) {
    found.push(...node.here);
    return;
  }
  const text = node.texts.get(level);
  if (text) collect(text, topic, depth + 1, found);
  // A wildcard at the beginning is not for the broker's own topics (MQTT 3.1.1, 4.7.2).
  if (node.any && !(depth === 0 && level.startsWith('$'))) collect(node.any, topic, depth + 1, found);
}
