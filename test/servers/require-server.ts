import { describe } from 'vitest';
import { findProgram } from './find-program.ts';

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
