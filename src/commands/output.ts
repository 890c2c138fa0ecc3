interface Sink {
  write(text: string): unknown;
}

/** Where a command writes; the process itself is one. */
export interface Output {
  readonly stdout: Sink;
  readonly stderr: Sink;
}
