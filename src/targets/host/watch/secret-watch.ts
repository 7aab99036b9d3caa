import { basename } from 'node:path';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { Clock } from '../../../system/clock.ts';
import type { TargetChange } from '../../target.ts';
import { lookAtFile } from '../file/content.ts';
import { FileMemory } from '../memory.ts';
import { PathWatcher } from './path-watcher.ts';

export interface SecretWatchDependencies {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly tell: (change: TargetChange) => void;
}

/**
 * Tells the applications that refer to a secret file when it is another one: no commit says so. It remembers what it saw
 * itself, as a digest, apart from what is known of files that are ours. A symlink is not followed.
 */
export class SecretWatch {
  readonly #tell: SecretWatchDependencies['tell'];
  readonly #memory: FileMemory;
  readonly #clock: Clock;
  readonly #paths: PathWatcher;
  /** By application. */
  readonly #scopes = new Map<string, { readonly key: InventoryKey; readonly paths: Set<string> }>();

  constructor({ clock, warn, tell }: SecretWatchDependencies) {
    this.#tell = tell;
    this.#clock = clock;
    this.#memory = new FileMemory(clock, 10_000);
    this.#paths = new PathWatcher({
      clock,
      memory: this.#memory,
      warn,
      onChange: (path, exists) => void this.#onPath(path, exists),
    });
  }

  /** What is watched for this application from now on. What was not watched before is told once: it may have changed already. */
  watch(key: InventoryKey, paths: readonly string[]): void {
    const name = inventoryKey(key);
    const before = this.#scopes.get(name)?.paths ?? new Set<string>();
    const now = new Set(paths);
    for (const path of now.difference(before)) this.#paths.add(path);
    for (const path of before.difference(now)) this.#paths.remove(path);
    if (now.size === 0) this.#scopes.delete(name);
    else this.#scopes.set(name, { key, paths: now });
  }

  close(): void {
    this.#paths.close();
  }

  async #onPath(path: string, exists: boolean): Promise<void> {
    // Whoever reads the secret says what is wrong with it.
    await lookAtFile({ memory: this.#memory, clock: this.#clock }, path).catch(() => {});
    const message = `the secret in ${basename(path)} ${exists ? 'was changed' : 'is gone'}`;
    for (const { key, paths } of this.#scopes.values())
      if (paths.has(path)) this.#tell({ key, id: null, message });
  }
}
