import { success, type Result } from '../model/result.ts';
import type { Tip } from './follow.ts';
import type { Git } from './git.ts';
import type { MirrorStorage } from './mirror-storage.ts';
import { localAccess, type RemoteCall } from './remote-call.ts';
import type { RemoteUrl } from './url.ts';

interface RenewDependencies {
  readonly git: Git;
  readonly storage: MirrorStorage;
  readonly remote: RemoteUrl;
  readonly fetchInto: (
    into: string,
    from: string,
    refspecs: readonly string[],
    call: RemoteCall,
  ) => Promise<Result<void>>;
  readonly fetchTip: (into: string, tip: Tip, call: RemoteCall) => Promise<Result<void>>;
}

/**
 * Makes a damaged mirror anew beside the old one, which stays in use until the new one is complete. What our references
 * name and the remote's tip does not reach (history that was rewritten since) is taken from the old one as far as it can be
 * read, else from the remote by its id; if not all of it can, the old one is put aside instead of being removed.
 */
export async function renewMirror(
  dependencies: RenewDependencies,
  tip: Tip,
  call: RemoteCall,
): Promise<Result<void>> {
  const { git, storage, remote, fetchInto, fetchTip } = dependencies;
  const old = storage.current();
  const fresh = await storage.create(tip.commit.length === 64 ? 'sha256' : 'sha1');
  const fetched = await fetchTip(fresh, tip, call);
  if (!fetched.ok) {
    await storage.discard(fresh);
    return fetched;
  }
  let complete = true;
  if (old !== null) {
    const before = await listReferences(git, old);
    const after = await listReferences(git, fresh);
    // A damaged repository that seems to have no references says nothing about what it had.
    complete = before.size > 0;
    const fromOld: RemoteCall = { ...call, access: localAccess };
    for (const [name, oid] of before) {
      if (after.has(name)) continue;
      const carried =
        (await fetchInto(fresh, old, [`+${name}:${name}`], fromOld)).ok ||
        (await fetchInto(fresh, remote.url, [`+${oid}:${name}`], call)).ok;
      complete &&= carried;
    }
  }
  await storage.use(fresh, !complete);
  return success(undefined);
}

/** References and their object ids, as far as they can be read. */
async function listReferences(git: Git, repository: string): Promise<ReadonlyMap<string, string>> {
  const outcome = await git.run({
    arguments: ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/fairlead'],
    repository,
  });
  const lines = outcome.stdout.toString('utf8').split('\n');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const match = /^(?<oid>[0-9a-f]{40,64}) (?<name>.+)$/.exec(line);
      return match?.groups === undefined
        ? []
        : [[match.groups['name'] ?? '', match.groups['oid'] ?? '']];
    }),
  );
}
