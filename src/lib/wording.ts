import { DateTime } from 'luxon';

/** '2026-03-01 08:00:05' in a time zone. `time` is epoch milliseconds. */
export function localTime(time: number, zone: string): string {
  return DateTime.fromMillis(time, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** '08:00:05' in a time zone. */
export function localClock(time: number, zone: string): string {
  return DateTime.fromMillis(time, { zone }).toFormat('HH:mm:ss');
}

/** '08:00:05' on the day of `reference`, '2026-03-02 08:00:05' on any other. */
export function localTimeBeside(time: number, reference: number, zone: string): string {
  const [full, other] = [localTime(time, zone), localTime(reference, zone)];
  return full.slice(0, DATE_LENGTH) === other.slice(0, DATE_LENGTH) ? localClock(time, zone) : full;
}

const DATE_LENGTH = 'yyyy-MM-dd'.length;

const UNITS = [
  { seconds: 86_400, en: 'd', zh: '天' },
  { seconds: 3_600, en: 'h', zh: '小时' },
  { seconds: 60, en: 'min', zh: '分钟' },
  { seconds: 1, en: 's', zh: '秒' },
] as const;

/** A span in its two largest units: '0.8 s', '3 min 20 s', '2 小时 5 分钟', '1 d 1 h'. */
export function spanInWords(milliseconds: number, locale: string): string {
  const language = locale.startsWith('zh') ? 'zh' : 'en';
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) return `${Math.round(milliseconds / 100) / 10} ${language === 'zh' ? '秒' : 's'}`;
  const largest = UNITS.findIndex((unit) => seconds >= unit.seconds);
  const parts: string[] = [];
  let rest = seconds;
  for (const unit of UNITS.slice(largest, largest + 2)) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) parts.push(`${count} ${unit[language]}`);
  }
  return parts.join(' ');
}

/** '10.32 kV', '231.4 V', '1.25 MVA': three to four figures with the unit prefix that fits. */
export function withUnit(value: number, unit: string): string {
  if (unit === '1') return value.toFixed(3);
  if (unit === '%' || unit === 'Hz') return `${figures(value)} ${unit}`;
  for (const [prefix, factor] of PREFIXES) {
    if (Math.abs(value) >= factor * ROUNDS_UP) return `${figures(value / factor)} ${prefix}${unit}`;
  }
  return `${figures(value)} ${unit}`;
}

const PREFIXES = [
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** From here on the figures of the smaller prefix would round up to 1000. */
const ROUNDS_UP = 0.99995;

function figures(value: number): string {
  const magnitude = Math.abs(value);
  return value.toFixed(magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : 2);
}
