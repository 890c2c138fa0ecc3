import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** The full path of a program of the system, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * A suite that needs a program of the system. Where it is missing the suite is reported as skipped, with the reason in
 * its title; under CI=true that is an error, because nothing may be left out there.
 */
export function describeWith(program: string, title: string, suite: (path: string) => void): void {
  const path = findProgram(program);
  if (!path && process.env.CI === 'true') throw new Error(`${title}: ${program} is not installed`);
  const reason = path ? '' : ` (skipped: ${program} is not installed)`;
  describe.skipIf(!path)(`${title}${reason}`, () => suite(path ?? program));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: both mean that it cannot be used.
    return false;
  }
}
