import type { SourceConfig } from '../../../src/model/config.ts';
import { failure, success } from '../../../src/model/result.ts';
import type { Result } from '../../../src/model/result.ts';
import type { SourceRevision } from '../../../src/model/revision.ts';
import { shortCommit } from '../../../src/model/revision.ts';
import { coalesce } from '../../../src/source/coalesce.ts';
import {
  cancelled,
  corrupt,
  diskFull,
  gitFailed,
  nonDescendant,
  nothingHeld,
  referenceNotFound,
  unreachable,
} from '../../../src/source/errors.ts';
import type { Source, SourceStatus, Tree } from '../../../src/source/source.ts';
import type { Machine } from '../run/machine.ts';
import type { Commit, Repository } from './repository.ts';
import { treeOf } from './tree.ts';

/** What a mirror keeps on the controller's disk. */
export interface Mirror {
  accepted: string | null;
  held: { readonly commit: string; readonly reason: string } | null;
  lastSuccessAtMs: number | null;
  /** Tips that were fetched: they and all before them are here. */
  readonly fetched: Set<string>;
}

export function emptyMirror(): Mirror {
  return { accepted: null, held: null, lastSuccessAtMs: null, fetched: new Set() };
}

/** A source over a repository in memory, with the rules of a real mirror about what is accepted and what is held. */
export class SimSource implements Source {
  readonly name: string;
  readonly config: SourceConfig;
  readonly fetch: (signal?: AbortSignal) => Promise<Result<SourceRevision>>;
  readonly #machine: Machine;
  readonly #repository: Repository;
  readonly #mirror: Mirror;
  #failing: SourceStatus['failing'] = null;

  constructor(machine: Machine, config: SourceConfig, repository: Repository, mirror: Mirror) {
    this.name = config.name;
    this.config = config;
    this.#machine = machine;
    this.#repository = repository;
    this.#mirror = mirror;
    this.fetch = coalesce((signal) => this.#fetch(signal));
  }

  status(): SourceStatus {
    const { accepted, lastSuccessAtMs, held } = this.#mirror;
    const current = accepted === null ? null : this.#revision(this.#repository.commit(accepted));
    return { current, lastSuccessAtMs, failing: this.#failing, held };
  }

  async resolve(reference: string): Promise<Result<SourceRevision>> {
    await this.#machine.io('git resolve');
    const commit = this.#here(reference);
    if (commit !== null) return success(this.#revision(commit));
    return failure(
      referenceNotFound({
        message: `${reference} is not in the mirror`,
        resource: this.config.url,
      }),
    );
  }

  tree(revision: SourceRevision): Tree {
    const commit = this.#here(revision.commit);
    const before = async (what: string): Promise<void> => {
      await this.#machine.io(`git ${what}`);
      const fault = this.#machine.faults.git;
      if (commit !== null && !this.#machine.hits(fault.treeFails)) return;
      throw corrupt({ message: `cannot ${what} of ${shortCommit(revision.commit)}` });
    };
    return treeOf(commit ?? this.#repository.commits[0]!, before);
  }

  async changedPaths(from: string, to: string): Promise<readonly string[] | null> {
    await this.#machine.io('git diff');
    if (this.#machine.hits(this.#machine.faults.git.diffFails))
      throw gitFailed({ message: `cannot compare ${from} with ${to}` });
    const [before, after] = [this.#here(from), this.#here(to)];
    if (before === null || after === null) return null;
    const paths = new Set([...before.files.keys(), ...after.files.keys()]);
    return [...paths].filter((path) => before.files.get(path) !== after.files.get(path));
  }

  async confirm(commit: string): Promise<Result<SourceRevision>> {
    await this.#machine.io('git confirm');
    if (this.#mirror.held?.commit !== commit)
      return failure(nothingHeld({ message: `${commit} is not held` }));
    return success(await this.#accept(this.#repository.commit(commit)));
  }

  async #fetch(signal: AbortSignal): Promise<Result<SourceRevision>> {
    const machine = this.#machine;
    await machine.io('git fetch', { latencyMs: machine.faults.git.slowMs });
    if (signal.aborted) return failure(cancelled({ message: 'the fetch was cancelled' }));
    const tip = this.#repository.tip;
    if (tip === null || machine.hits(machine.faults.git.fetchFails))
      return this.#fail(unreachable({ message: 'the repository does not answer' }));
    if (machine.faults.disk.full)
      return this.#fail(diskFull({ message: 'no room for what was fetched' }));
    this.#failing = null;
    this.#mirror.fetched.add(tip.id);
    this.#mirror.lastSuccessAtMs = machine.clock.nowMs();
    const { accepted } = this.#mirror;
    if (accepted === tip.id && this.#mirror.held === null) {
      machine.onRead();
      return success(this.#revision(tip));
    }
    const descends = accepted === null || this.#repository.isAncestor(accepted, tip.id);
    if (descends || this.config.allowForcedPush) return success(await this.#accept(tip));
    const error = nonDescendant({
      message: `the branch moved to ${shortCommit(tip.id)}, which does not descend from ${shortCommit(accepted)}`,
    });
    this.#mirror.held = { commit: tip.id, reason: error.message };
    return failure(error);
  }

  async #accept(commit: Commit): Promise<SourceRevision> {
    await this.#machine.io('git accept');
    this.#mirror.accepted = commit.id;
    this.#mirror.held = null;
    this.#machine.onAccepted(commit.id);
    this.#machine.onRead();
    return this.#revision(commit);
  }

  #fail(error: ReturnType<typeof unreachable>): Result<never> {
    const { code, message, hint } = error;
    const sinceMs = this.#failing?.sinceMs ?? this.#machine.clock.nowMs();
    this.#failing = { sinceMs, code, message, hint };
    return failure(error);
  }

  /** A commit that was fetched, or comes before one that was. */
  #here(id: string): Commit | null {
    const commit = this.#repository.find(id);
    if (commit === null) return null;
    for (const tip of this.#mirror.fetched) if (this.#repository.isAncestor(id, tip)) return commit;
    return null;
  }

  #revision(commit: Commit): SourceRevision {
    return { source: this.name, commit: commit.id, tree: commit.tree };
  }
}
