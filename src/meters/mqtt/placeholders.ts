const PLACEHOLDER = /\{([a-z_][a-z0-9_]*)\}/gi;

/** The names in braces: '{channel}/{field}' → channel, field. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

/** The text with its placeholders filled; undefined when one of them has no value. */
export function filled(text: string, values: ReadonlyMap<string, string>): string | undefined {
  if (!text.includes('{')) return text;
  if (namesIn(text).some((name) => !values.has(name))) return undefined;
  return text.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? '');
}
