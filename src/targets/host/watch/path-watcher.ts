import { readFileSync } from 'node:fs';
import type { Clock } from '../../../system/clock.ts';
import { lstatOrNull, signatureOf } from '../../../system/files.ts';
import { lookAtFile } from '../file/content.ts';
import { racyMs } from '../memory.ts';
import type { FileMemory } from '../memory.ts';
import { FolderTree } from './folder-tree.ts';

/** Changes to one path within this time are one. */
const settleMs = 20;
/** How often folders that cannot be watched are looked at. */
const pollMs = 500;
/** Paths looked at side by side. */
const parallelLooks = 16;

interface PathWatcherDependencies {
  readonly clock: Clock;
  readonly memory: FileMemory;
  readonly warn: (message: string) => void;
  /** A watched path is not as it was seen last. `exists` tells whether anything is there. */
  readonly onChange: (path: string, exists: boolean) => void;
}

/**
 * Tells when a path is no longer as we saw or made it last (`FileMemory`): edits, replacements, deletion, new
 * attributes. Idle folders cost nothing.
 */
export class PathWatcher {
  readonly #dependencies: PathWatcherDependencies;
  readonly #tree: FolderTree;
  readonly #pending = new Set<string>();
  /** Too young to be looked at for good. */
  readonly #later = new Set<string>();
  readonly #closing = new AbortController();
  #draining = false;
  #polling = false;

  constructor(dependencies: PathWatcherDependencies) {
    this.#dependencies = dependencies;
    this.#tree = new FolderTree(
      {
        onPath: (path) => this.look(path),
        onOverflow: () => this.#lookAtAll(this.#tree.paths()),
        onUnwatchable: (folder, code) => this.#poll(folder, code),
      },
      queueLimit() / 2,
    );
  }

  /** Watches a path, or once more; each `add` needs its `remove`. What changed since it was seen last is told, too. */
  add(path: string): void {
    this.#tree.add(path);
    this.look(path);
  }

  remove(path: string): void {
    this.#tree.remove(path);
  }

  /** Looks at a path soon, and tells if it is not as it was seen last. */
  look(path: string): void {
    this.#pending.add(path);
    if (this.#draining || this.#closing.signal.aborted) return;
    this.#draining = true;
    void this.#drain();
  }

  close(): void {
    this.#closing.abort();
    this.#tree.close();
  }

  async #drain(): Promise<void> {
    const { clock, memory } = this.#dependencies;
    const { signal } = this.#closing;
    while (this.#pending.size > 0) {
      await clock.sleep(settleMs, signal);
      if (signal.aborted) break;
      // Our own change is not over yet: what is there now is neither old nor new.
      const paths = [...this.#pending].filter((path) => !memory.isChanging(path));
      for (const path of paths) this.#pending.delete(path);
      const queue = paths.values();
      const looker = async (): Promise<void> => {
        for (const path of queue) await this.#compare(path);
      };
      await Promise.all(Array.from({ length: Math.min(parallelLooks, paths.length) }, looker));
    }
    this.#draining = false;
  }

  async #compare(path: string): Promise<void> {
    const { clock, memory, onChange } = this.#dependencies;
    try {
      const before = memory.lastSeen(path);
      const stats = await lstatOrNull(path);
      if (stats === null) {
        if (before !== null) onChange(path, false);
        return;
      }
      const signature = signatureOf(stats);
      if (before === null || before.signature !== signature) {
        if (!memory.isChanging(path)) onChange(path, true);
        return;
      }
      if (before.trusted || !stats.isFile()) return;
      // Seen right after its last change: the same signature may still hide another content. A look that is to be
      // the last one has to come when that can no longer be.
      const ageMs = clock.nowMs() - Number(stats.ctimeMs);
      if (ageMs >= 0 && ageMs <= racyMs) {
        this.#lookLater(path);
        return;
      }
      const found = await lookAtFile(this.#dependencies, path, { reread: true });
      if (found.kind !== 'file' || found.digest !== before.digest)
        onChange(path, found.kind !== 'absent');
    } catch {
      // It cannot be looked at; reading it says why.
      onChange(path, true);
    }
  }

  #lookLater(path: string): void {
    if (this.#later.has(path)) return;
    this.#later.add(path);
    void this.#dependencies.clock.sleep(racyMs, this.#closing.signal).then(() => {
      this.#later.delete(path);
      this.look(path);
    });
  }

  #lookAtAll(paths: Iterable<string>): void {
    for (const path of paths) this.look(path);
  }

  #poll(folder: string, code: string): void {
    if (this.#polling) return;
    this.#polling = true;
    const hint =
      code === 'ENOSPC' || code === 'EMFILE'
        ? 'raise fs.inotify.max_user_watches and max_user_instances'
        : 'let the controller read it';
    this.#dependencies.warn(
      `${folder} cannot be watched (${code}); it is looked at every ${pollMs} ms instead: ${hint}`,
    );
    void this.#pollOn();
  }

  async #pollOn(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await this.#dependencies.clock.sleep(pollMs, signal);
      if (signal.aborted) return;
      this.#lookAtAll(this.#tree.polledPaths());
    }
  }
}

/** Events that the kernel keeps before it drops some; Node does not tell when it has. See inotify(7). */
function queueLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'latin1')) || 16_384;
  } catch {
    return 16_384;
  }
}
