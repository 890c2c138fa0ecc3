import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { storeOptions } from '../../src/store/options.ts';

const DAY = 86_400_000;

function problems(section: unknown): string[] {
  const { error } = storeOptions.safeParse(section);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

it('reads durations as milliseconds and has defaults', () => {
  expect(storeOptions.parse({ kind: 'embedded' })).toEqual({
    kind: 'embedded',
    keepReadingsMs: 30 * DAY,
    keepWindowsMs: 1_095 * DAY,
  });
  expect(storeOptions.parse({ kind: 'embedded', keep_readings: '36h', keep_windows: '1.5d' })).toMatchObject({
    keepReadingsMs: 1.5 * DAY,
    keepWindowsMs: 1.5 * DAY,
  });
});

it('hides the password', () => {
  const influx = { url: 'http://db.example:8086', database: 'pq', username: 'writer', password: 'open sesame' };
  const options = storeOptions.parse({ kind: 'influx', influx });
  if (options.kind !== 'influx') throw new Error('not influx');
  expect(options.influx.password?.reveal()).toBe('open sesame');
  expect(inspect(options, { depth: 9 }) + JSON.stringify(options)).not.toContain('sesame');
});

it.each([
  [{ kind: 'embedded', keep: '1d' }, 'Unrecognized key: "keep"'],
  [{ kind: 'embedded', influx: {} }, 'Unrecognized key: "influx"'],
  [{ kind: 'embedded', keep_readings: '30' }, 'keep_readings: expected a duration such as'],
  [{ kind: 'embedded', keep_windows: '10m' }, 'keep_windows: expected at least 1h'],
  [{ kind: 'influx' }, 'influx: '],
  [{ kind: 'influx', influx: { url: '127.0.0.1:8086', database: 'pq' } }, 'influx.url: expected a URL such as'],
  [{ kind: 'influx', influx: { url: 'http://me@host:8086', database: 'pq' } }, 'influx.url: expected no user name'],
  [{ kind: 'influx', influx: { url: 'http://host:8086', database: 'pq', username: 'me' } }, 'expected both username'],
])('names what is wrong with %j', (section, problem) => {
  expect(problems(section).join('\n')).toContain(problem);
});
