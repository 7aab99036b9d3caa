import { mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { describeSearchPath } from '../../system/search-path.ts';
import { gitVersion } from '../git-version.ts';
import { messageOf, ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';

const leastNode = 24;
/** `git cat-file --batch-command` and `git restore` work from here on. */
const leastGit = [2, 36] as const;
const leastFreeBytes = 200 * 2 ** 20;
const leastFreeFiles = 1_000;
/** A clock that is off by more than this makes expiries and certificates fail. */
const mostSkewMs = 30_000;

/** Whether this Node is one that Fairlead runs on. */
export function checkNode(): Check {
  const found = process.versions.node;
  const major = Number.parseInt(found, 10);
  return major >= leastNode
    ? ok('node', `Node ${found}`)
    : problem(
        'node',
        `Node ${found} is too old`,
        `Install Node ${leastNode} or newer, or run bin/fairlead of a checkout, which brings its own.`,
      );
}

/** Whether Git is on the PATH, and new enough for sources. */
export async function checkGit(): Promise<Check> {
  const found = await gitVersion();
  if (found === null)
    return problem(
      'git',
      `there is no program git in ${describeSearchPath(process.env['PATH'] ?? '')}`,
      'Install Git, for example `apt install git`.',
    );
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const isOld = major < leastGit[0] || (major === leastGit[0] && minor < leastGit[1]);
  return isOld
    ? problem('git', `Git ${found} is too old`, `Install Git ${leastGit.join('.')} or newer.`)
    : ok('git', `Git ${found}`);
}

/** The state folder: there, ours, closed to others, writable, with room. */
export async function checkStateFolder(folder: string): Promise<readonly Check[]> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code !== 'ENOENT') {
      return [
        problem(
          'state folder',
          `${folder} cannot be looked at: ${found.message}`,
          'Check the path and its permissions.',
        ),
      ];
    }
    const above = await existingFolder(folder);
    return [
      ok('state folder', `${folder} is made on the first start`),
      await checkWritable(above),
      await checkSpace(above),
    ];
  }
  if (!found.isDirectory()) {
    return [
      problem(
        'state folder',
        `${folder} is not a folder`,
        'Move the file away, or name another place with --state-dir.',
      ),
    ];
  }
  return [checkOwner(folder, found), await checkWritable(folder), await checkSpace(folder)];
}

function checkOwner(folder: string, found: { readonly uid: number; readonly mode: number }): Check {
  const me = process.getuid?.();
  if (me !== undefined && me !== 0 && found.uid !== me) {
    return problem(
      'state folder',
      `${folder} belongs to another user (uid ${found.uid})`,
      `Run Fairlead as that user, or \`sudo chown -R ${me} ${folder}\`.`,
    );
  }
  if ((found.mode & 0o077) !== 0) {
    return warning(
      'state folder',
      `${folder} can be read by others (mode ${(found.mode & 0o777).toString(8)})`,
      `Close it: \`chmod 700 ${folder}\`.`,
    );
  }
  return ok('state folder', folder);
}

async function checkWritable(folder: string): Promise<Check> {
  try {
    const made = await mkdtemp(join(folder, '.doctor-'));
    await rm(made, { recursive: true });
    return ok('writing', `${folder} can be written`);
  } catch (error) {
    return problem(
      'writing',
      `${folder} cannot be written: ${messageOf(error)}`,
      'Make it writable for this user, or name another place with --state-dir.',
    );
  }
}

async function checkSpace(folder: string): Promise<Check> {
  try {
    const { bavail, bsize, ffree, files } = await statfs(folder);
    const free = bavail * bsize;
    const shown =
      free >= 2 ** 30 ? `${(free / 2 ** 30).toFixed(1)} GiB` : `${Math.round(free / 2 ** 20)} MiB`;
    if (free < leastFreeBytes) {
      return problem(
        'disk',
        `only ${shown} are free at ${folder}`,
        'Free some space; Fairlead stops writing when the disk is full.',
      );
    }
    // Some file systems count no inodes and say 0 of 0.
    if (files > 0 && ffree < leastFreeFiles) {
      return problem(
        'disk',
        `only ${ffree} more files fit at ${folder}`,
        'Remove files nobody needs; the file system runs out of inodes.',
      );
    }
    return ok('disk', `${shown} free`);
  } catch (error) {
    return warning(
      'disk',
      `free space cannot be read: ${messageOf(error)}`,
      'Check it with `df -h`.',
    );
  }
}

async function existingFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found?.isDirectory() === true || dirname(at) === at) return at;
  }
}

/** How many files and folders the kernel lets one user watch; drift is noticed by watching. */
export async function checkWatches(): Promise<readonly Check[]> {
  if (process.platform !== 'linux') return [];
  const limits = [
    ['max_user_watches', 8_192],
    ['max_user_instances', 128],
  ] as const;
  return Promise.all(
    limits.map(async ([name, least]) => {
      const path = `/proc/sys/fs/inotify/${name}`;
      const found = Number(await readFile(path, 'utf8').catch(() => Number.NaN));
      if (Number.isNaN(found))
        return warning(
          'file watching',
          `${path} cannot be read`,
          'Drift may be noticed late where files cannot be watched.',
        );
      return found < least
        ? warning(
            'file watching',
            `fs.inotify.${name} is ${found}`,
            `Raise it: \`sudo sysctl fs.inotify.${name}=${least * 8}\`.`,
          )
        : ok('file watching', `fs.inotify.${name} is ${found}`);
    }),
  );
}

/** The clock, against what a file system says (which may be another machine's) and against the controller's. */
export async function checkClock(
  nowMs: () => number,
  controllerNowMs: number | null,
): Promise<Check> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'));
  try {
    const file = join(folder, 'clock');
    const before = nowMs();
    await writeFile(file, '');
    const fileSkew = Math.abs((await stat(file)).mtimeMs - before);
    const controllerSkew = controllerNowMs === null ? 0 : Math.abs(controllerNowMs - nowMs());
    const skew = Math.max(fileSkew, controllerSkew);
    if (skew > mostSkewMs || nowMs() < Date.UTC(2025, 0)) {
      return problem(
        'clock',
        `the clock is off by ${Math.round(skew / 1_000)} s or stands in the past`,
        'Turn on time synchronisation: `timedatectl set-ntp true`.',
      );
    }
    return ok('clock', new Date(nowMs()).toISOString());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
