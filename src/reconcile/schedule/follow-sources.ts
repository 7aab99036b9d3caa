import type { SourceRevision } from '../../model/revision.ts';
import type { Source } from '../../source/source.ts';
import type { Journal } from '../journal/journal.ts';
import { pollDelayMs } from './poll.ts';
import type { EnginePorts } from '../ports.ts';
import type { World } from '../world.ts';

/** What following sources needs, and whom it tells. */
interface SourceFollowerOptions {
  readonly ports: Pick<EnginePorts, 'clock' | 'random' | 'log'>;
  readonly world: Pick<World, 'sources'>;
  readonly journal: Journal;
  /** Nothing is taken over once it aborts. */
  readonly signal: AbortSignal;
  /** A source has a revision, which may be the one that it had. */
  readonly onMoved: (source: Source, revision: SourceRevision) => Promise<void>;
  /** A source was asked or read for the first time, and what it said was taken over. */
  readonly onAsked: () => void;
}

interface Poll {
  readonly cancel: AbortController;
  /** Another one with each change of what the configuration says of it. */
  readonly source: Source;
}

/** Asks the sources of the configuration for what is new, and tells how they are. */
export class SourceFollower {
  readonly #ports: SourceFollowerOptions['ports'];
  readonly #world: SourceFollowerOptions['world'];
  readonly #journal: Journal;
  readonly #signal: AbortSignal;
  readonly #onMoved: SourceFollowerOptions['onMoved'];
  readonly #onAsked: SourceFollowerOptions['onAsked'];
  readonly #polls = new Map<string, Poll>();
  /** Names of sources that were read since the start. */
  readonly #read = new Set<string>();
  /** Names of sources that have answered since the start, or failed to. */
  readonly #asked = new Set<string>();
  #willFollow = false;

  constructor({ ports, world, journal, signal, onMoved, onAsked }: SourceFollowerOptions) {
    this.#ports = ports;
    this.#world = world;
    this.#journal = journal;
    this.#signal = signal;
    this.#onMoved = onMoved;
    this.#onAsked = onAsked;
  }

  get isFollowing(): boolean {
    return this.#polls.size > 0;
  }

  /** Whether a source was read since the start, rather than only remembered. */
  hasRead(name: string): boolean {
    return this.#read.has(name);
  }

  /** Whether a source that is followed is still to be asked for the first time since the start. */
  isToBeAsked(name: string): boolean {
    if (!this.#willFollow || this.#asked.has(name)) return false;
    return this.#world
      .sources()
      .some(({ config, source }) => config.name === name && source !== null);
  }

  /** Sources will be followed: what they served before is not all that is known soon. */
  begin(): void {
    this.#willFollow = true;
  }

  /** What a source serves is what it says now. */
  noteRead(name: string): void {
    this.#asked.add(name);
    if (this.#read.has(name)) return;
    this.#read.add(name);
    this.#onAsked();
  }

  /** It has answered, or failed to: what it serves may then be what it said last. */
  #noteAsked(name: string): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    this.#onAsked();
  }

  stop(): void {
    for (const { cancel } of this.#polls.values()) cancel.abort();
  }

  /** Fetches one source or all, side by side, and queues what changed. */
  async refresh(name: string | null): Promise<void> {
    const sources = this.#world
      .sources()
      .filter((item) => name === null || item.config.name === name);
    // The configuration first: it may name the others.
    const repository = sources.find((item) => item.config.name === '');
    if (repository?.source != null) await this.#fetch(repository.source);
    const others = name === null ? this.#world.sources() : sources;
    await Promise.all(
      others
        .filter((item) => item.config.name !== '')
        .map(async (item) => (item.source === null ? undefined : this.#fetch(item.source))),
    );
  }

  /**
   * Begins to ask each source that is there at its own pace, at once where that has become another one, and ends that for
   * those that have left.
   */
  follow(): void {
    const sources = this.#world.sources();
    for (const { config, source } of sources) {
      const { name } = config;
      const known = this.#polls.get(name);
      if (source === null || known?.source === source) continue;
      known?.cancel.abort();
      const cancel = new AbortController();
      this.#polls.set(name, { cancel, source });
      void this.#poll(name, cancel.signal);
    }
    for (const [name, { cancel }] of this.#polls) {
      if (sources.some((item) => item.config.name === name && item.source !== null)) continue;
      cancel.abort();
      this.#polls.delete(name);
    }
  }

  async #poll(name: string, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#ports;
    let failures = 0;
    while (!signal.aborted) {
      const item = this.#world.sources().find((one) => one.config.name === name);
      if (item?.source == null) return;
      const ok = await this.#fetch(item.source);
      failures = ok ? 0 : failures + 1;
      await this.#journal.flush();
      await clock.sleep(pollDelayMs(item.config.intervalMs, failures, random.fraction()), signal);
    }
  }

  /**
   * Asks the remote and takes what is new. What fails is told, and tried again with the next poll.
   * @returns whether the remote answered and what it said could be used; a held tip waits for a person, not for it.
   */
  async #fetch(source: Source): Promise<boolean> {
    try {
      return await this.#fetchAndTake(source);
    } catch (thrown) {
      this.#ports.log.error('what a source holds could not be taken over yet', {
        source: source.name,
        error: String(thrown),
      });
      return false;
    } finally {
      this.#noteAsked(source.name);
    }
  }

  async #fetchAndTake(source: Source): Promise<boolean> {
    const before = source.status();
    const fetched = await source.fetch(this.#signal);
    const after = source.status();
    const name = source.name === '' ? 'repository' : source.name;
    // Another reason than before is news, too: a server that is back and refuses the token.
    if (after.failing !== null && after.failing.code !== before.failing?.code) {
      this.#journal.emit({
        type: 'source.unreachable',
        message: `${name}: ${after.failing.message}`,
        data: { source: source.name, code: after.failing.code },
      });
    } else if (after.failing === null && before.failing !== null) {
      this.#journal.emit({
        type: 'source.recovered',
        message: `${name} can be read again`,
        data: { source: source.name },
      });
    }
    if (after.held !== null && after.held.commit !== before.held?.commit) {
      this.#journal.emit({
        type: 'source.held',
        message: `${name}: ${after.held.reason}`,
        data: { source: source.name, commit: after.held.commit },
      });
    }
    // What is served already may still wait to be read, so it does not depend on the remote.
    const current = fetched.ok ? fetched.value : after.current;
    if (current !== null && !this.#signal.aborted) await this.#onMoved(source, current);
    if (fetched.ok) this.noteRead(source.name);
    return fetched.ok || after.failing === null;
  }
}
