/** Whatever was thrown, as an Error that keeps it as its cause. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** The short text of whatever was thrown, for a log field or a message. */
export function messageOf(thrown: unknown): string {
  return asError(thrown).message;
}
