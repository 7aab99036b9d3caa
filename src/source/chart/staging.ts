import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import type { Git } from '../git.ts';
import { gitFailure } from '../git-failure.ts';
import type { ChartVersion } from './remote.ts';
import type { ChartFiles } from './unpack.ts';

/**
 * Charts that were pulled, as a Git repository: each version that was taken is a commit on one branch, its files are the
 * tree, and the message says version and digest. So a chart has object ids, a history and everything else that sources have,
 * and what was once pulled stays when its repository is gone.
 */
export interface ChartStaging {
  /** The repository, for `file://`. */
  readonly directory: string;
  /** What the branch holds now; `null`: nothing yet. */
  latest(): Promise<ChartVersion | null>;
  /** The digest under which a version was taken before; `null`: it never was. */
  digestOf(version: string): Promise<string | null>;
  /** Puts a version on top of the branch. @param atMs Wall clock. */
  add(version: ChartVersion, files: ChartFiles, atMs: number): Promise<void>;
}

/** The branch that is followed. */
export const chartBranch = 'chart';

/** @throws FairleadError where the repository cannot be made. */
export async function openStaging(git: Git, directory: string): Promise<ChartStaging> {
  if (!existsSync(join(directory, 'HEAD'))) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await run(git, undefined, [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--initial-branch=${chartBranch}`,
      '--',
      directory,
    ]);
  }
  const history = async (): Promise<readonly ChartVersion[]> => {
    const outcome = await git.run({
      repository: directory,
      arguments: ['log', '--format=%s', `refs/heads/${chartBranch}`],
    });
    // Before the first version there is no branch.
    if (outcome.exitCode !== 0) return [];
    const lines = outcome.stdout.toString('utf8').split('\n');
    return lines.flatMap((line) => {
      const [version, digest] = line.split(' ');
      return version && digest ? [{ version, digest }] : [];
    });
  };
  return {
    directory,
    latest: async () => (await history())[0] ?? null,
    digestOf: async (version) =>
      (await history()).find((one) => one.version === version)?.digest ?? null,
    add: async (version, files, atMs) => {
      const before = (await history()).length > 0;
      const stream = commitStream(version, files, Math.floor(atMs / 1_000), before);
      await run(git, directory, ['fast-import', '--quiet', '--done'], stream);
    },
  };
}

async function run(
  git: Git,
  repository: string | undefined,
  parts: readonly string[],
  input?: Uint8Array,
): Promise<void> {
  const outcome = await git.run({ repository, arguments: parts, input });
  if (outcome.exitCode !== 0) {
    throw gitFailure(outcome, { doing: 'keep a chart', resource: repository ?? '' });
  }
}

/** Format: https://git-scm.com/docs/git-fast-import */
function commitStream(
  { version, digest }: ChartVersion,
  files: ChartFiles,
  atS: number,
  hasParent: boolean,
): Buffer {
  const message = Buffer.from(`${version} ${digest}\n`);
  const parts: Uint8Array[] = [
    Buffer.from(`commit refs/heads/${chartBranch}\n`),
    Buffer.from(`committer Fairlead <fairlead@localhost> ${atS} +0000\n`),
    Buffer.from(`data ${message.length}\n`),
    message,
    Buffer.from(hasParent ? `from refs/heads/${chartBranch}^0\ndeleteall\n` : ''),
  ];
  for (const [path, bytes] of files) {
    const quoted = `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    parts.push(Buffer.from(`M 100644 inline ${quoted}\ndata ${bytes.length}\n`));
    parts.push(bytes, Buffer.from('\n'));
  }
  parts.push(Buffer.from('done\n'));
  return Buffer.concat(parts);
}
