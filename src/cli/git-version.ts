import { execFile } from 'node:child_process';

/** The version of the Git on the PATH (`2.43.0`), or `null` without Git. */
export function gitVersion(): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('git', ['version'], { timeout: 5_000 }, (error, stdout) => {
      resolve(error === null ? stdout.trim().replace(/^git version /, '') : null);
    });
  });
}
