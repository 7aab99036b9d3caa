import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listIfThere, readIfThere, removeLeftovers, writeAtOnce } from './files.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-failure.ts';

/**
 * The folder of one mirror:
 *
 * - `url`: for people
 * - `current`: name of the repository in use, replaced at once
 * - `<n>.git`: the repository; a second one is there only while a damaged one is replaced
 * - `damaged.git`: a replaced repository that not everything could be taken from
 * - `sources/<key>.json`: what is known about each source
 */
export interface MirrorStorage {
  readonly directory: string;
  /** Git directory in use, `null` before the first fetch. */
  current(): string | null;
  /** Makes an empty repository, not yet in use. */
  create(objectFormat: ObjectFormat): Promise<string>;
  /** Takes a repository into use; the one before is removed, or put aside as damaged. */
  use(repository: string, keepOld: boolean): Promise<void>;
  /** Removes a repository that is not in use. */
  discard(repository: string): Promise<void>;
}

/** Which hash a repository names its objects by; a repository has one, and fetching needs the same at both ends. */
export type ObjectFormat = 'sha1' | 'sha256';

interface MirrorStorageOptions {
  readonly git: Git;
  readonly directory: string;
  readonly url: string;
  /** Leftovers older than this are of a process that is gone. Wall clock. */
  readonly startedAtMs: number;
}

/** Opens the folder, and puts in order what an ended process left. @throws file system errors. */
export async function openMirrorStorage(options: MirrorStorageOptions): Promise<MirrorStorage> {
  const { git, directory, startedAtMs } = options;
  const pointer = join(directory, 'current');
  const isRepository = /^\d+\.git$/;

  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readIfThere(join(directory, 'url'))) === null) {
    await writeAtOnce(join(directory, 'url'), `${options.url}\n`, false);
  }
  const names = (await listIfThere(directory)).filter((name) => isRepository.test(name));
  const named = (await readIfThere(pointer))?.trim() ?? '';
  let current = names.includes(named) ? named : null;
  // Never taken into use: the process ended while it was made. Without a pointer nothing is thrown away.
  if (current !== null) {
    for (const name of names) {
      if (name !== current) await rm(join(directory, name), { recursive: true, force: true });
    }
    await removeLeftovers(join(directory, current), startedAtMs);
  }
  let last = Math.max(0, ...names.map((name) => Number.parseInt(name, 10)));

  const inUse = (): string | null => (current === null ? null : join(directory, current));

  return {
    directory,
    current: inUse,
    async create(objectFormat) {
      last += 1;
      const repository = join(directory, `${last}.git`);
      await rm(repository, { recursive: true, force: true });
      const outcome = await git.run({
        // An empty template: no hooks, no sample files.
        arguments: [
          'init',
          '--quiet',
          '--bare',
          '--template=',
          `--object-format=${objectFormat}`,
          '--',
          repository,
        ],
      });
      if (outcome.exitCode !== 0) {
        throw gitFailure(outcome, { doing: `make ${repository}`, resource: repository });
      }
      return repository;
    },
    async use(repository, keepOld) {
      const before = current;
      const name = repository.slice(directory.length + 1);
      await writeAtOnce(pointer, `${name}\n`, true);
      current = name;
      if (before === null || before === name) return;
      const aside = join(directory, 'damaged.git');
      if (keepOld) {
        await rm(aside, { recursive: true, force: true });
        await rename(join(directory, before), aside);
      } else {
        await rm(join(directory, before), { recursive: true, force: true });
      }
    },
    async discard(repository) {
      if (repository !== inUse()) await rm(repository, { recursive: true, force: true });
    },
  };
}
