/** How a broker's connection goes. Times are epoch milliseconds UTC; the counts begin with the start of the daemon. */
export interface BrokerStatus {
  readonly isConnected: boolean;
  /** Since when it is connected, or is not. */
  readonly since: number;
  /** Why it is not connected; absent while it is. */
  readonly lastError?: string;
  readonly received: number;
  /** Messages that the broker marked as sent before. */
  readonly redelivered: number;
  readonly poison: number;
  /** Messages that are not acknowledged yet. */
  readonly inHand: number;
  readonly refusedTopics: readonly string[];
}
