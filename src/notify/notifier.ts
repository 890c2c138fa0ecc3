import type { OutgoingMessage } from '../store/state-store.ts';

/** How one attempt to deliver ended. The notifier says whether trying again is worth it; trying again is not its task. */
export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'failed'; readonly isWorthRetrying: boolean; readonly reason: string };

/** A way to reach people. One method; it never throws for what the other side does, and ends at once when `signal` aborts. */
export interface Notifier {
  deliver(message: OutgoingMessage, signal?: AbortSignal): Promise<Delivery>;
}
