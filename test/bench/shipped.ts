import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Always the same place, as an installed package has: what Node keeps of compiled code goes by the path. */
const folder = join(root, 'node_modules/.cache/fairlead/package');

/**
 * Builds the package as it is published and lays it out like an installed one. A checkout has Node strip the types of its
 * sources, which takes a second and 20 to 40 MiB of the first process that meets them; nobody runs a controller that way.
 *
 * @returns the path of the program
 * @throws Error where it cannot be built
 */
export async function buildShipped(signal: AbortSignal): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const build = spawn(
    process.execPath,
    [join(root, 'scripts/build.ts'), join(folder, 'dist')],
    // What it prints is for whoever looks, and the result of a benchmark has stdout to itself.
    { cwd: root, stdio: ['ignore', 2, 2], signal },
  );
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the package could not be built: it ended with ${code}`);
  for (const part of ['bin', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin/fairlead');
}
