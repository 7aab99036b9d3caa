import type { Follow } from '../model/config.ts';
import { failure, success, type Result } from '../model/result.ts';
import type { Clock } from '../system/clock.ts';
import type { ChildOutcome } from './child.ts';
import { corrupt, empty, referenceNotFound, shallow } from './errors.ts';
import { fileFailure } from './files.ts';
import type { RemoteReference, Tip } from './follow.ts';
import type { Git, GitCall } from './git.ts';
import { gitFailure } from './git-failure.ts';
import type { MirrorStorage, ObjectFormat } from './mirror-storage.ts';
import { Mutex } from './mutex.ts';
import type { ObjectInfo } from './git-object.ts';
import { createObjectReader, type ObjectReader } from './object-reader.ts';
import { fetchedReference } from './references.ts';
import { localAccess, type RemoteCall } from './remote-call.ts';
import { renewMirror } from './renew.ts';
import { repackIfNeeded } from './repack.ts';
import { listRemote } from './remote-references.ts';
import { TreeCache } from './tree-cache.ts';
import type { RemoteUrl } from './url.ts';

/** A bare repository that follows one URL, shared by all sources of that URL. */
export interface Mirror {
  readonly remote: RemoteUrl;
  /** Folder of the mirror, where sources keep their state. */
  readonly directory: string;
  readonly cache: TreeCache;
  /** Reads from the repository that is in use now. */
  reader(): ObjectReader;
  /** Actions that fetch or write references run one at a time. */
  exclusively<T>(action: () => Promise<T>): Promise<T>;
  /** What the remote advertises of what is followed; never empty. Fails with `source.empty`, `source.reference-not-found` and whatever keeps a server from answering. */
  list(follow: Follow, call: RemoteCall): Promise<Result<readonly RemoteReference[]>>;
  /**
   * Brings a tip into the mirror unless it is there, and gives where its reference is then (the remote may have moved on).
   * A damaged mirror is replaced by a new one, made beside it. Call within `exclusively`.
   */
  fetch(tip: Tip, call: RemoteCall): Promise<Result<string>>;
  /** Fetches from a local repository as if it were the remote. Call within `exclusively`. */
  fetchFrom(
    path: string,
    refspecs: readonly string[],
    call: Omit<RemoteCall, 'access'>,
  ): Promise<Result<void>>;
  /** A commit and its tree; `null` when it is not here. */
  commit(name: string): Promise<{ readonly commit: string; readonly tree: string } | null>;
  /** Writes references in one step: name and new value, `null` removes. */
  update(
    changes: readonly (readonly [reference: string, commit: string | null])[],
  ): Promise<Result<void>>;
  /** Runs Git in the repository, without network. */
  git(
    call: Pick<GitCall, 'arguments' | 'input' | 'variables' | 'settings' | 'timeoutMs' | 'signal'>,
  ): Promise<ChildOutcome>;
  /** Git directory in use, made if there is none yet. `objectFormat`: default `sha1`. */
  repository(objectFormat?: ObjectFormat): Promise<string>;
  /** Told that an object could not be read: the next fetch makes the mirror anew. */
  reportDamage(): void;
  close(): Promise<void>;
}

interface MirrorDependencies {
  readonly git: Git;
  readonly remote: RemoteUrl;
  readonly storage: MirrorStorage;
  readonly clock: Clock;
}

/** Opens the mirror of a URL; touches no network. */
export function createMirror(dependencies: MirrorDependencies): Mirror {
  const { git, remote, storage, clock } = dependencies;
  const mutex = new Mutex();
  const cache = new TreeCache();
  const closing = new AbortController();
  let damaged = false;
  let reading: { readonly repository: string; readonly reader: ObjectReader } | null = null;

  const reportDamage = (): void => {
    damaged = true;
  };

  const reader = (): ObjectReader => {
    const repository = storage.current();
    if (repository === null) return nothing;
    if (reading?.repository !== repository) {
      void reading?.reader.close();
      reading = {
        repository,
        reader: createObjectReader(git, { repository }, { clock, onDamage: reportDamage }),
      };
    }
    return reading.reader;
  };

  const repository = async (objectFormat: ObjectFormat = 'sha1'): Promise<string> => {
    const existing = storage.current();
    if (existing !== null) return existing;
    const made = await storage.create(objectFormat);
    await storage.use(made, false);
    return made;
  };

  const known = async (name: string, kind: 'commit' | 'tree'): Promise<ObjectInfo | null> => {
    const info = await reader().info(`${name}^{${kind}}`);
    return info?.kind === kind ? info : null;
  };

  const signalOf = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);

  /** One `git fetch`. Objects are checked (`fsck`), nothing is pruned, no hook and no submodule takes part. */
  const fetchInto = async (
    into: string,
    from: string,
    refspecs: readonly string[],
    call: RemoteCall,
  ): Promise<Result<void>> => {
    const outcome = await git.run({
      arguments: [
        'fetch',
        '--quiet',
        '--no-tags',
        '--force',
        '--no-write-fetch-head',
        '--no-auto-maintenance',
        '--no-recurse-submodules',
        '--stdin',
        '--end-of-options',
        from,
      ],
      input: refspecs.map((refspec) => `${refspec}\n`).join(''),
      repository: into,
      access: call.access,
      timeoutMs: call.timeoutMs,
      signal: signalOf(call.signal),
    });
    // Git only warns, and takes nothing.
    if (outcome.exitCode === 0 && outcome.stderr.includes('shallow roots are not allowed')) {
      const message = `${from} is a shallow clone, which lacks its history`;
      return failure(shallow({ message, resource: remote.url }));
    }
    if (outcome.exitCode === 0) return success(undefined);
    return failure(
      gitFailure(outcome, {
        doing: `fetch ${from}`,
        resource: remote.url,
        secrets: call.access.secrets,
        timeoutMs: call.timeoutMs,
      }),
    );
  };

  /** Fetches one tip; a commit that the server does not hand out by its id is looked for on all branches and tags. */
  const fetchTip = async (into: string, tip: Tip, call: RemoteCall): Promise<Result<void>> => {
    const refspec = `+${tip.reference}:${fetchedReference(tip.reference)}`;
    const fetched = await fetchInto(into, remote.url, [refspec], call);
    if (fetched.ok || tip.reference !== tip.commit) return fetched;
    if (fetched.error.code !== referenceNotFound.definition.code) return fetched;
    const all = [
      '+refs/heads/*:refs/fairlead/all/heads/*',
      '+refs/tags/*:refs/fairlead/all/tags/*',
    ];
    const everything = await fetchInto(into, remote.url, all, call);
    if (!everything.ok) return everything;
    const outcome = await git.run({
      arguments: ['update-ref', fetchedReference(tip.commit), tip.commit],
      repository: into,
    });
    return outcome.exitCode === 0 ? success(undefined) : fetched;
  };

  /** Whether everything that our references reach is here. */
  const isIntact = async (path: string): Promise<boolean> => {
    const outcome = await git.run({
      arguments: ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'],
      repository: path,
      timeoutMs: 600_000,
      signal: closing.signal,
    });
    return outcome.exitCode === 0 || outcome.ended === 'cancelled';
  };

  const renew = (tip: Tip, call: RemoteCall): Promise<Result<void>> =>
    renewMirror({ git, storage, remote, fetchInto, fetchTip }, tip, {
      ...call,
      signal: signalOf(call.signal),
    }).then((result) => {
      if (result.ok) damaged = false;
      return result;
    });

  return {
    remote,
    directory: storage.directory,
    cache,
    reader,
    reportDamage,
    exclusively: (action) => mutex.run(action),
    list: (follow, call) =>
      listRemote(git, remote, follow, storage.directory, {
        ...call,
        signal: signalOf(call.signal),
      }),
    async fetch(tip, call) {
      try {
        const reference = fetchedReference(tip.reference);
        if (!damaged) {
          const here = await known(reference, 'commit').catch(() => null);
          if (here?.oid === tip.commit && (await known(tip.commit, 'tree').catch(() => null))) {
            return success(tip.commit);
          }
        }
        const into = await repository(tip.commit.length === 64 ? 'sha256' : 'sha1');
        let fetched = damaged ? await renew(tip, call) : await fetchTip(into, tip, call);
        if (!fetched.ok && fetched.error.code === corrupt.definition.code && !damaged) {
          // Either end may be damaged; only ours can be made anew.
          if (await isIntact(into)) return fetched;
          fetched = await renew(tip, call);
        }
        if (!fetched.ok) return fetched;
        const arrived = await known(reference, 'commit');
        if (arrived === null) {
          const message = `${tip.reference} of ${remote.url} is not a commit`;
          return failure(referenceNotFound({ message, resource: remote.url }));
        }
        void mutex.run(() => repackIfNeeded(git, storage, closing.signal));
        return success(arrived.oid);
      } catch (error) {
        return failure(fileFailure(error, `fetch ${remote.url}`, storage.directory));
      }
    },
    async fetchFrom(path, refspecs, call) {
      try {
        return await fetchInto(await repository(), path, refspecs, {
          ...call,
          access: localAccess,
        });
      } catch (error) {
        return failure(fileFailure(error, `import ${path}`, storage.directory));
      }
    },
    async commit(name) {
      const [commit, tree] = await Promise.all([known(name, 'commit'), known(name, 'tree')]);
      return commit === null || tree === null ? null : { commit: commit.oid, tree: tree.oid };
    },
    async update(changes) {
      const into = storage.current();
      if (into === null) {
        return failure(empty({ message: `${remote.url} was never fetched`, resource: remote.url }));
      }
      const lines = changes.map(([reference, commit]) =>
        commit === null ? `delete ${reference}\0\0` : `update ${reference}\0${commit}\0\0`,
      );
      const outcome = await git.run({
        arguments: ['update-ref', '--stdin', '-z'],
        repository: into,
        input: lines.join(''),
      });
      if (outcome.exitCode === 0) return success(undefined);
      return failure(
        gitFailure(outcome, { doing: `record the state of ${remote.url}`, resource: into }),
      );
    },
    git: async (call) =>
      git.run({ ...call, repository: await repository(), signal: signalOf(call.signal) }),
    repository,
    async close() {
      closing.abort();
      await mutex.idle();
      const open = reading;
      reading = null;
      await open?.reader.close();
    },
  };
}

/** Reads where no repository is yet. */
const nothing: ObjectReader = {
  info: () => Promise.resolve(null),
  content: () => Promise.resolve(null),
  close: () => Promise.resolve(),
};
