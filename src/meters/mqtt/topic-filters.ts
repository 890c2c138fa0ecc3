/** A topic of more levels is matched by too many filters to name them all. */
const MOST_LEVELS = 8;

/** MQTT 3.1.1, 4.7: '+' stands for one level, '#' at the end for any number of them, none included. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  // 4.7.2: a wildcard does not stand for the topics of the broker itself.
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Every filter that matches the topic; beyond eight levels only the topic itself. */
export function filtersMatching(topic: string): string[] {
  const levels = topic.split('/');
  if (levels.length > MOST_LEVELS) return [topic];
  const found = ['#'];
  let heads = [''];
  for (const [index, level] of levels.entries()) {
    const separator = index === 0 ? '' : '/';
    heads = heads.flatMap((head) => [`${head}${separator}${level}`, `${head}${separator}+`]);
    found.push(...heads.map((head) => `${head}/#`));
  }
  return [...found, ...heads];
}
