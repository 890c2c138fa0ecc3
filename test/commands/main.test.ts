import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function run(...args: readonly string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { code: status, stderr, stdout };
}

describe('the command line', () => {
  it.each([
    [['probe'], "missing required argument 'meter'"],
    [['scan', 'tcp://127.0.0.1', '--unit', '5'], "unknown option '--unit'"],
    [['models', '--config', 'a.yaml', '--models-dir', 'b'], 'cannot be used with option'],
    [['summary'], "required option '-c, --config <file>' not specified"],
    [['prob'], "unknown command 'prob'"],
    [['probe', 'm1', 'm2', '--config', 'a.yaml'], 'too many arguments'],
    [[], 'Usage: pq-butler'],
  ])('ends with 2 where it cannot be understood: %j', (args, message) => {
    const { code, stderr } = run(...args);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('ends with 0 where it is asked for help', () => {
    expect(run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: pq-butler') });
    expect(run('probe', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: pq-butler probe'),
    });
    expect(run('help', 'scan').code).toBe(0);
  });

  it('says its version', () => {
    expect(run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
