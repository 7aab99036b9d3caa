import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** The environment variable that names the file which `UnhandledReporter` writes. */
export const unhandledFile = 'FAIRLEAD_TEST_UNHANDLED';

/**
 * Writes how many errors were thrown outside of any test, as a number, since the JSON report does not tell them. A run
 * that is judged by the second attempt of its failed tests must not lose these.
 */
export default class UnhandledReporter implements Reporter {
  onTestRunEnd(_modules: unknown, unhandled: readonly unknown[]): void {
    const file = process.env[unhandledFile];
    if (file !== undefined) writeFileSync(file, String(unhandled.length));
  }
}
