import type { Ask } from './request.ts';

/** What a meter has of its line. */
export interface LineAccess {
  readonly ask: Ask;
  /** When the request that was answered last was sent, by our clock. */
  readonly sentAt: number;
  /** Connects where that is needed, and gives the number of the connection: another one may lead to another device. */
  connected(): Promise<number>;
}
