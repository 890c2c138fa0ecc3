import { filledPath, type Path, placeholdersOf } from './json-path.ts';
import type { MessageMapping, PayloadModel } from './mapping.ts';

/** What the names of placeholders in samples, roots and values stand for: filled by the connection, not by the topic. */
export function connectionPlaceholders({ messages }: PayloadModel): ReadonlySet<string> {
  return new Set(messages.flatMap((message) => pathsOf(message).flatMap(placeholdersOf)));
}

function pathsOf({ samples = [], roots, values }: MessageMapping): readonly Path[] {
  return [...samples, ...roots, ...values.flatMap(({ paths }) => paths)];
}

/**
 * The mapping for one connection. Paths with a placeholder that the connection does not fill are left out; undefined when
 * nothing is left of the samples or the roots: this kind of message cannot be about the meter.
 */
export function filledMapping(mapping: MessageMapping, names: ReadonlyMap<string, string>): MessageMapping | undefined {
  const fill = (paths: readonly Path[]) => paths.flatMap((path) => [filledPath(path, names)].filter((each) => !!each));
  const samples = mapping.samples && fill(mapping.samples);
  const roots = fill(mapping.roots);
  if (samples?.length === 0 || roots.length === 0) return undefined;
  const values = mapping.values.map((field) => ({ ...field, paths: fill(field.paths) }));
  return {
    ...mapping,
    roots,
    values: values.filter(({ paths }) => paths.length > 0),
    ...(samples && { samples }),
  };
}
