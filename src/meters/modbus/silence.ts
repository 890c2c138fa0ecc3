export interface SilentSending {
  /** Milliseconds that the line must be silent. */
  readonly silence: number;
  /** When the last byte went or came, by the process's own clock. */
  lastByte(): number;
  isWanted(): boolean;
  send(): void;
}

/** Sends once the line is silent, as long as that is wanted. */
export function sendInSilence(sending: SilentSending): void {
  const { silence, lastByte, isWanted, send } = sending;
  const left = lastByte() + silence - performance.now();
  // By way of the event loop in any case, so that what stands in the input comes in before the request goes out.
  setTimeout(() => {
    setImmediate(() => {
      if (!isWanted()) return;
      if (performance.now() - lastByte() < silence) sendInSilence(sending);
      else send();
    });
  }, left);
}
