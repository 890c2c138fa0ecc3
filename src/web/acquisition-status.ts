/** How a meter's acquisition goes, as the page shows it. Counts begin with the start of the daemon; times are epoch milliseconds. */
export interface AcquisitionStatus {
  readonly answering: boolean;
  readonly lastReadingAt?: number;
  /** Why it does not answer. */
  readonly lastError?: string;
  /** Polls made, or messages received. */
  readonly polls: number;
  readonly failed: number;
  /** Polls that were due and not made. */
  readonly skipped: number;
  /** Share of its time that the meter's line is in use, 0..1; absent where nothing is polled. */
  readonly busLoad?: number;
}

/** How the way to one broker goes; the counts begin with the start of the daemon. */
export interface BrokerStatus {
  readonly id: string;
  readonly isConnected: boolean;
  readonly lastError?: string;
  /** Messages that came, and those among them that nobody understood. */
  readonly received: number;
  readonly poison: number;
}
