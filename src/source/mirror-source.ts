import type { SourceConfig } from '../model/config.ts';
import type { FairleadError } from '../model/error.ts';
import { failure, success, type Result } from '../model/result.ts';
import { shortCommit } from '../model/revision.ts';
import type { SourceRevision } from '../model/revision.ts';
import type { Clock } from '../system/clock.ts';
import { judge } from './acceptance.ts';
import { importBundle } from './bundle.ts';
import { changedPaths } from './changed-paths.ts';
import { coalesce } from './coalesce.ts';
import { gitAccess } from './credentials.ts';
import { cancelled, corrupt, nothingHeld, referenceNotFound } from './errors.ts';
import { fileFailure } from './files.ts';
import { chooseTip, isCommitId, showFollow, type Tip } from './follow.ts';
import type { Environment } from './git-environment.ts';
import type { MirrorPool } from './mirror-pool.ts';
import type { Mirror } from './mirror.ts';
import type { RemoteCall } from './remote-call.ts';
import {
  acceptedReference,
  fetchedReference,
  heldReference,
  keptReference,
  sourceKey,
} from './references.ts';
import { resolveReference } from './resolve-reference.ts';
import type { Source, SourceStatus, Tree } from './source.ts';
import {
  loadSourceState,
  saveSourceState,
  type AcceptedTip,
  type HeldTip,
  type SourceState,
} from './source-state.ts';
import { createTree } from './tree.ts';

/** What a source stands on: its document, and the pool that has the mirror of its URL. */
export interface MirrorSourceDependencies {
  readonly config: SourceConfig;
  readonly pool: MirrorPool;
  readonly clock: Clock;
  /** Where `auth.fromEnv` is looked up. */
  readonly environment: Environment;
}

/** A source over the mirror of its URL. */
export interface MirrorSource extends Source {
  /** Takes commits from a `git bundle` file as if they had been fetched; the same rules decide what is accepted. */
  importBundle(path: string, signal?: AbortSignal): Promise<Result<SourceRevision>>;
}

/**
 * Opens a source. Needs no network: what was accepted last, in this or an earlier process, is served at once.
 *
 * @throws FairleadError when the URL is refused or the state folder cannot be used.
 */
export async function openMirrorSource(
  dependencies: MirrorSourceDependencies,
): Promise<MirrorSource> {
  const mirror = await dependencies.pool.mirror(dependencies.config.url);
  const { name } = dependencies.config;
  try {
    const stored = await loadSourceState(mirror.directory, name);
    const reference = acceptedReference(sourceKey(name));
    // The reference is written first, so it is the newer of the two after a crash in between.
    const accepted = await mirror.commit(reference).catch(() => null);
    const state =
      accepted === null || accepted.commit === stored.accepted?.commit
        ? stored
        : {
            ...stored,
            accepted: {
              reference: '',
              follow: showFollow(dependencies.config.follow),
              verified: false,
              ...stored.accepted,
              ...accepted,
            },
          };
    return new FollowedSource(dependencies, mirror, state);
  } catch (error) {
    throw fileFailure(error, `read the state of source ${name}`, mirror.directory);
  }
}

class FollowedSource implements MirrorSource {
  readonly config: SourceConfig;
  readonly fetch: (signal?: AbortSignal) => Promise<Result<SourceRevision>>;
  readonly #dependencies: MirrorSourceDependencies;
  readonly #mirror: Mirror;
  readonly #key: string;
  #state: SourceState;
  #failing: SourceStatus['failing'] = null;
  #behind: SourceStatus['behind'];

  constructor(dependencies: MirrorSourceDependencies, mirror: Mirror, state: SourceState) {
    this.#dependencies = dependencies;
    this.#mirror = mirror;
    this.#state = state;
    this.config = dependencies.config;
    this.#key = sourceKey(this.config.name);
    this.fetch = coalesce((signal) => this.#run(() => this.#fromRemote(signal), signal));
  }

  get name(): string {
    return this.config.name;
  }

  status(): SourceStatus {
    const { held, lastSuccessAtMs } = this.#state;
    return {
      current: this.#current(),
      lastSuccessAtMs,
      failing: this.#failing,
      held: held === null ? null : { commit: held.commit, reason: held.reason },
      ...(this.#behind && { behind: this.#behind }),
    };
  }

  async resolve(reference: string): Promise<Result<SourceRevision>> {
    const found = await resolveReference(
      this.#mirror,
      this.config,
      this.#state.accepted,
      reference,
    );
    return found.ok ? success(this.#revision(found.value)) : found;
  }

  tree(revision: SourceRevision): Tree {
    const mirror = this.#mirror;
    return createTree(
      {
        reader: () => mirror.reader(),
        cache: mirror.cache,
        resource: this.config.url,
        onDamage: () => mirror.reportDamage(),
      },
      revision.tree,
    );
  }

  changedPaths(from: string, to: string): Promise<readonly string[] | null> {
    const exists = async (commit: string): Promise<boolean> =>
      (await this.#mirror.commit(commit)) !== null;
    return changedPaths((call) => this.#mirror.git(call), exists, from, to, this.config.url);
  }

  /** `by` is for the record that the caller keeps. */
  confirm(commit: string, _by: string): Promise<Result<SourceRevision>> {
    return this.#mirror.exclusively(async () => {
      const { held } = this.#state;
      if (held === null || held.commit !== commit) {
        const message = `${commit} is not held in source ${this.name || this.config.url}`;
        return failure(nothingHeld({ message, resource: this.config.url }));
      }
      return this.#accept(held, held.tree, false, held.imported === true);
    });
  }

  importBundle(path: string, signal?: AbortSignal): Promise<Result<SourceRevision>> {
    const given = signal ?? new AbortController().signal;
    return this.#mirror.exclusively(async () => {
      const { pool } = this.#dependencies;
      const listed = await importBundle(
        pool.git,
        this.#mirror,
        path,
        this.config.timeoutMs,
        signal,
      );
      if (!listed.ok) return listed;
      const tip = await this.#tipIn(listed.value);
      if (tip === null) {
        const message = `${path} has no ${showFollow(this.config.follow)}`;
        const { follow } = this.config;
        const hint =
          follow.kind === 'branch' && follow.name === 'HEAD'
            ? 'The default branch is followed, which a bundle tells by HEAD: make it with `git bundle create FILE HEAD main`.'
            : undefined;
        return failure(referenceNotFound({ message, resource: path, hint }));
      }
      return this.#consider(tip, 'bundle', given);
    });
  }

  /** A bundle need not name a commit that it holds. */
  async #tipIn(references: Parameters<typeof chooseTip>[1]): Promise<Tip | null> {
    const tip = chooseTip(this.config.follow, references);
    return tip !== null && (await this.#mirror.commit(tip.commit)) !== null ? tip : null;
  }

  #current(): SourceRevision | null {
    const { accepted } = this.#state;
    return accepted === null ? null : this.#revision(accepted);
  }

  #revision({ commit, tree }: Pick<SourceRevision, 'commit' | 'tree'>): SourceRevision {
    return { source: this.name, commit, tree };
  }

  async #run(
    action: () => Promise<Result<SourceRevision>>,
    signal: AbortSignal,
  ): Promise<Result<SourceRevision>> {
    try {
      return await action();
    } catch (error) {
      if (signal.aborted) {
        return failure(cancelled({ message: `fetch of ${this.config.url} was cancelled` }));
      }
      return this.#fail(fileFailure(error, `fetch ${this.config.url}`, this.#mirror.directory));
    }
  }

  async #fromRemote(signal: AbortSignal): Promise<Result<SourceRevision>> {
    const { config } = this;
    const access = await gitAccess(
      this.#mirror.remote,
      config.auth,
      this.#dependencies.environment,
    );
    if (!access.ok) return this.#fail(access.error);
    const call: RemoteCall = { access: access.value, timeoutMs: config.timeoutMs, signal };
    return this.#mirror.exclusively(async () => {
      const tip = await this.#reach(call);
      if (!tip.ok) return this.#fail(tip.error);
      this.#failing = null;
      const lastSuccessAtMs = this.#dependencies.clock.nowMs();
      this.#state = { ...this.#state, lastSuccessAtMs, failingSinceMs: null };
      const result = await this.#consider(tip.value, 'remote', signal);
      await this.#save(false);
      return result;
    });
  }

  /** Where the followed reference is now, with its objects in the mirror. */
  async #reach(call: RemoteCall): Promise<Result<Tip>> {
    const { follow } = this.config;
    // A commit never moves: once it is here, nobody has to be asked.
    if (follow.kind === 'commit' && isCommitId(follow.commit)) {
      const here = await this.#mirror.commit(fetchedReference(follow.commit)).catch(() => null);
      if (here !== null) return success({ reference: follow.commit, commit: here.commit });
    }
    const listed = await this.#mirror.list(follow, call);
    if (!listed.ok) return listed;
    const tip = chooseTip(follow, listed.value);
    if (tip === null) return failure(referenceNotFound({ message: 'the reference is gone' }));
    const commit = await this.#mirror.fetch(tip, call);
    return commit.ok ? success({ reference: tip.reference, commit: commit.value }) : commit;
  }

  /** Accepts a fetched tip, or holds it. */
  async #consider(
    tip: Tip,
    via: 'remote' | 'bundle',
    signal: AbortSignal,
  ): Promise<Result<SourceRevision>> {
    const { accepted } = this.#state;
    const found = await this.#mirror.commit(tip.commit);
    if (found === null) {
      this.#mirror.reportDamage();
      return this.#fail(
        corrupt({ message: `commit ${tip.commit} cannot be read`, resource: this.config.url }),
      );
    }
    const verdict = await judge(
      this.#dependencies.pool.git,
      this.#mirror,
      this.config,
      accepted,
      tip,
      via,
      signal,
    );
    if (!verdict.ok) return this.#fail(verdict.error);
    const imported = via === 'bundle';
    if (verdict.value.kind === 'accept') {
      return this.#accept(tip, found.tree, verdict.value.descends, imported);
    }
    if (verdict.value.kind === 'older' && accepted !== null) {
      const than = `which is older than ${shortCommit(accepted.commit)}, which is served`;
      const reason = `the ${via} has ${shortCommit(tip.commit)}, ${than}`;
      return this.#keep(accepted, { commit: tip.commit, reason });
    }
    if (verdict.value.kind !== 'hold') throw new Error('older than nothing');
    const { error } = verdict.value;
    const held: HeldTip = {
      ...this.#acceptable(tip, found.tree, imported),
      reason: error.message,
    };
    const written = await this.#mirror.update([[heldReference(this.#key), tip.commit]]);
    if (!written.ok) return written;
    this.#state = { ...this.#state, held };
    await this.#save(true);
    return failure(error);
  }

  /** Goes on with what is served. */
  async #keep(
    accepted: AcceptedTip,
    behind: SourceStatus['behind'],
  ): Promise<Result<SourceRevision>> {
    this.#behind = behind;
    if (this.#state.held !== null) {
      const written = await this.#mirror.update([[heldReference(this.#key), null]]);
      if (!written.ok) return written;
      this.#state = { ...this.#state, held: null };
      await this.#save(true);
    }
    return success(this.#revision(accepted));
  }

  #acceptable(tip: Tip, tree: string, imported: boolean): AcceptedTip {
    return {
      commit: tip.commit,
      tree,
      reference: tip.reference,
      follow: showFollow(this.config.follow),
      verified: this.config.verify !== null,
      ...(imported && { imported }),
    };
  }

  async #accept(
    tip: Tip,
    tree: string,
    descends: boolean,
    imported: boolean,
  ): Promise<Result<SourceRevision>> {
    const { accepted, held } = this.#state;
    this.#behind = undefined;
    const next = this.#acceptable(tip, tree, imported);
    const revision = this.#revision(next);
    if (held === null && JSON.stringify(next) === JSON.stringify(accepted))
      return success(revision);
    const changes: [string, string | null][] = [[acceptedReference(this.#key), tip.commit]];
    if (held !== null) changes.push([heldReference(this.#key), null]);
    if (accepted !== null && !descends && (await this.#mirror.commit(accepted.commit)) !== null) {
      changes.push([keptReference(accepted.commit), accepted.commit]);
    }
    const written = await this.#mirror.update(changes);
    if (!written.ok) return written;
    this.#state = { ...this.#state, accepted: next, held: null };
    await this.#save(true);
    return success(revision);
  }

  async #fail(error: FairleadError): Promise<Result<never>> {
    if (error.code === cancelled.definition.code) return failure(error);
    const sinceMs = this.#state.failingSinceMs ?? this.#dependencies.clock.nowMs();
    const { code, message, hint } = error;
    this.#failing = { sinceMs, code, message, hint };
    if (this.#state.failingSinceMs === null) {
      this.#state = { ...this.#state, failingSinceMs: sinceMs };
      // The failure itself matters more than that its beginning could not be written.
      await this.#save(false).catch(() => undefined);
    }
    return failure(error);
  }

  #save(durable: boolean): Promise<void> {
    return saveSourceState(this.#mirror.directory, this.name, this.#state, durable);
  }
}
