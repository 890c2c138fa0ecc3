import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'auto' | 'json' | 'pretty';
}

/**
 * Readable lines in a terminal, JSON otherwise. Both write synchronously, so that the last words before a crash are not
 * lost. `fd` 1 is stdout, 2 is stderr.
 */
export function createLogger({ level, format }: LogOptions, fd: 1 | 2 = 1): Logger {
  const stream = fd === 1 ? process.stdout : process.stderr;
  const isPretty = format === 'pretty' || (format === 'auto' && stream.isTTY === true);
  const destination = isPretty
    ? pretty({ destination: fd, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss o', singleLine: true })
    : pino.destination({ dest: fd, sync: true });
  return pino({ level, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
