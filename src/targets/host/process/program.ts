import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { describeSearchPath } from '../../../system/search-path.ts';
import { refuseOutside } from '../limits.ts';
import { startFailed } from '../errors.ts';

/**
 * Where a program is: as it stands with a slash in it, else in the first folder of PATH that has it.
 * @throws FairleadError `host.start-failed` that names what is missing.
 */
export async function findProgram(
  program: string,
  cwd: string,
  path: string,
  resource: string,
): Promise<string> {
  if (program.includes('/')) {
    const at = isAbsolute(program) ? program : join(cwd, program);
    const problem = await whyNotRunnable(at);
    if (problem === null) return at;
    throw startFailed({ message: `${resource} cannot start: ${at} ${problem}`, resource });
  }
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const at = join(folder, program);
    if ((await whyNotRunnable(at)) === null) return at;
  }
  throw startFailed({
    message: `${resource} cannot start: there is no program ${program} in ${describeSearchPath(path)}`,
    resource,
    hint: `Install ${program} on the machine where it runs, or name where it is: /…/${program}.`,
  });
}

/**
 * The folder that a process starts in, symlinks resolved.
 * @throws FairleadError `host.start-failed`, `target.not-permitted`
 */
export async function findFolder(
  cwd: string | undefined,
  limits: readonly string[],
  resource: string,
): Promise<string> {
  const wanted = cwd ?? limits[0] ?? '/';
  let real: string;
  try {
    real = await realpath(wanted);
    if (!(await stat(real)).isDirectory()) throw new Error('no directory');
  } catch (thrown) {
    throw startFailed({
      message: `${resource} cannot start: there is no folder ${wanted}`,
      resource,
      cause: thrown,
    });
  }
  refuseOutside(real, limits, resource);
  return real;
}

async function whyNotRunnable(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return 'is no file';
    await access(path, constants.X_OK);
    return null;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
    return code === 'EACCES' ? 'may not be run' : 'is not there';
  }
}
