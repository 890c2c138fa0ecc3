import type { Locale } from '../domain/customer.ts';
import { localTime, spanInWords } from '../lib/wording.ts';

/** '08:00:05' for today, '02-28 23:40' for another day: as short as a table needs it. */
export function shortTime(time: number, now: number, zone: string): string {
  const local = localTime(time, zone);
  const isToday = local.slice(0, 10) === localTime(now, zone).slice(0, 10);
  return isToday ? local.slice(11) : local.slice(5, 16);
}

/** A span as the mails say it: '3 min 20 s', '2 h 10 min', '4 d 1 h'. The future is '0 s' ago. */
export function ageInWords(milliseconds: number, locale: Locale): string {
  return spanInWords(Math.max(0, milliseconds), locale);
}
