import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gitEnvironment } from '../monorepo.ts';

/**
 * Runs `bare-deployer.ts` in a process of its own. @param folder does not exist yet.
 * @returns milliseconds from the start of the process to its end.
 */
export function bareDeployment(url: string, folder: string, parallel: number): number {
  const program = join(import.meta.dirname, '../bare-deployer.ts');
  const began = performance.now();
  execFileSync(process.execPath, [program, url, folder, String(parallel)], {
    env: gitEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return performance.now() - began;
}
