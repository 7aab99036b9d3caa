import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, success, type Result } from '../model/result.ts';
import { bundleInvalid } from './errors.ts';
import { fileFailure } from './files.ts';
import type { RemoteReference } from './follow.ts';
import type { Git } from './git.ts';
import type { Mirror } from './mirror.ts';
import { fetchedReference } from './references.ts';
import { localAccess } from './remote-call.ts';
import { scrub } from './scrub.ts';

/**
 * Brings the branches and tags of a bundle into a mirror, as if its remote had been fetched, and gives them.
 *
 * The bundle is unpacked in a repository of its own first and fetched from there: what it holds is checked (`fsck`) like
 * everything that comes from outside, and a damaged one leaves nothing behind. Call within `exclusively`.
 */
export async function importBundle(
  git: Git,
  mirror: Mirror,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Result<readonly RemoteReference[]>> {
  const invalid = (why: string): Result<never> =>
    failure(
      bundleInvalid({ message: `cannot import ${path}: ${scrub(why).trim()}`, resource: path }),
    );
  if (!path.startsWith('/')) return invalid('the path is not absolute');
  let staging: string | null = null;
  try {
    const heads = await git.run({ arguments: ['bundle', 'list-heads', path], signal });
    if (heads.exitCode !== 0) return invalid(firstLine(heads.stderr));
    const names = parseHeads(heads.stdout.toString('utf8'));
    const [some] = names;
    if (some === undefined) return invalid('it has no branch and no tag');
    const format = some.oid.length === 64 ? 'sha256' : 'sha1';
    const repository = await mirror.repository(format);

    const verified = await mirror.git({ arguments: ['bundle', 'verify', '--quiet', path], signal });
    if (verified.exitCode !== 0) return invalid(firstLine(verified.stderr));

    staging = await mkdtemp(join(mirror.directory, 'bundle-'));
    const made = await git.run({
      arguments: ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, staging],
    });
    if (made.exitCode !== 0) return invalid(firstLine(made.stderr));
    await writeFile(join(staging, 'objects', 'info', 'alternates'), `${repository}/objects\n`);
    const unpacked = await git.run({
      arguments: ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--stdin', path],
      input: names.map(({ name }) => `+${name}:${fetchedReference(name)}\n`).join(''),
      repository: staging,
      access: localAccess,
      timeoutMs,
      signal,
    });
    if (unpacked.exitCode !== 0) return invalid(firstLine(unpacked.stderr));

    const refspecs = names.map(
      ({ name }) => `+${fetchedReference(name)}:${fetchedReference(name)}`,
    );
    const fetched = await mirror.fetchFrom(staging, refspecs, { timeoutMs, signal });
    if (!fetched.ok) return fetched;
    const references: RemoteReference[] = [];
    for (const { name } of names) {
      const commit = await mirror.commit(fetchedReference(name));
      if (commit !== null) references.push({ name, commit: commit.commit });
    }
    return success(references);
  } catch (error) {
    return failure(fileFailure(error, `import ${path}`, mirror.directory));
  } finally {
    if (staging !== null) await rm(staging, { recursive: true, force: true });
  }
}

function parseHeads(output: string): readonly { readonly oid: string; readonly name: string }[] {
  return output.split('\n').flatMap((line) => {
    const match = /^(?<oid>[0-9a-f]{40,64}) (?<name>HEAD|refs\/(?:heads|tags)\/.+)$/.exec(line);
    return match?.groups === undefined
      ? []
      : [{ oid: match.groups['oid'] ?? '', name: match.groups['name'] ?? '' }];
  });
}

function firstLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines[0] ?? 'Git cannot read it').replace(/^(?:(?:fatal|error|warning): )+/, '');
}
