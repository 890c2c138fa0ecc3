import type { Log } from '../../src/lib/log.ts';

export interface Logged {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A logger that keeps what it is told. */
export function keepingLog(): Log & { readonly entries: Logged[]; messages(level: Logged['level']): string[] } {
  const entries: Logged[] = [];
  const keep = (level: Logged['level']) => (fields: unknown, message?: string) => {
    const named = typeof fields === 'object' && fields !== null ? Object.fromEntries(Object.entries(fields)) : {};
    entries.push({ level, fields: named, message: message ?? String(fields) });
  };
  return {
    entries,
    messages: (level) => entries.filter((entry) => entry.level === level).map((entry) => entry.message),
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  };
}
