import type { Logger } from 'pino';

/** What rooms need of a logger. `error` is for what a person must act on; everything else is less. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
