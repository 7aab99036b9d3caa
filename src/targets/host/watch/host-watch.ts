import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { TargetChange, WatchScope } from '../../target.ts';
import type { HostKind } from '../kind.ts';
import type { HostLedger } from '../ledger/ledger.ts';
import type { FileMemory } from '../memory.ts';
import { secretFilesIn } from '../secrets.ts';
import { SecretWatch } from './secret-watch.ts';
import { PathWatcher } from './path-watcher.ts';

export interface HostWatchDependencies {
  readonly clock: Clock;
  readonly memory: FileMemory;
  readonly warn: (message: string) => void;
  readonly ledger: HostLedger;
  readonly kindOf: (id: ResourceId) => HostKind;
  readonly tell: (change: TargetChange) => void;
}

interface Watched {
  readonly key: InventoryKey;
  readonly id: ResourceId;
}

/** Turns what happens to paths, inventories and holds into `TargetChange`s of the applications they belong to. */
export class HostWatch {
  readonly #dependencies: HostWatchDependencies;
  readonly #paths: PathWatcher;
  readonly #secrets: SecretWatch;
  /** By path: who wants to know. */
  readonly #watched = new Map<string, Watched[]>();
  /** By application: the paths it watches. */
  readonly #scopes = new Map<string, readonly string[]>();
  readonly #ledgerWatchers: FSWatcher[] = [];

  constructor(dependencies: HostWatchDependencies) {
    const { clock, memory, warn, ledger, tell } = dependencies;
    this.#dependencies = dependencies;
    this.#paths = new PathWatcher({
      clock,
      memory,
      warn,
      onChange: (path, exists) => this.#onPath(path, exists),
    });
    this.#secrets = new SecretWatch({ clock, warn, tell });
    this.#watchFolder(ledger.inventoriesFolder, (file) => ledger.noticeInventory(file));
    this.#watchFolder(ledger.holdsFolder, async (file) => {
      const key = await ledger.noticeHold(file);
      if (key !== null)
        tell({ key, id: null, message: `the hold of ${inventoryKey(key)} changed` });
    });
  }

  async watch(scope: WatchScope): Promise<void> {
    this.#secrets.watch(
      scope.key,
      scope.references.flatMap(({ desired }) =>
        desired === null ? [] : secretFilesIn(desired.payload),
      ),
    );
    const name = inventoryKey(scope.key);
    const before = this.#scopes.get(name) ?? [];
    const paths: string[] = [];
    for (const path of before) this.#unsubscribe(path, name);
    const byKind = Map.groupBy(scope.references, ({ id }) => this.#dependencies.kindOf(id));
    for (const [kind, references] of byKind) {
      for (const reference of references) {
        for (const path of kind.watchedPaths(reference)) {
          paths.push(path);
          const subscribers = this.#watched.get(path) ?? [];
          this.#watched.set(path, [...subscribers, { key: scope.key, id: reference.id }]);
          // What was watched already stays so without a gap.
          if (!before.includes(path)) this.#paths.add(path);
        }
      }
    }
    for (const path of before) if (!paths.includes(path)) this.#paths.remove(path);
    if (paths.length === 0) this.#scopes.delete(name);
    else this.#scopes.set(name, paths);
  }

  close(): void {
    this.#paths.close();
    this.#secrets.close();
    for (const watcher of this.#ledgerWatchers) watcher.close();
  }

  #unsubscribe(path: string, name: string): void {
    const left = (this.#watched.get(path) ?? []).filter(({ key }) => inventoryKey(key) !== name);
    if (left.length === 0) this.#watched.delete(path);
    else this.#watched.set(path, left);
  }

  #onPath(path: string, exists: boolean): void {
    const message = `${basename(path)} ${exists ? 'was changed' : 'is gone'}`;
    for (const { key, id } of this.#watched.get(path) ?? []) {
      this.#dependencies.tell({ key, id, message });
    }
  }

  #watchFolder(folder: string, notice: (file: string) => Promise<unknown>): void {
    const { warn } = this.#dependencies;
    const failed = (thrown: unknown): void =>
      warn(
        `${folder} cannot be watched (${String(thrown)}); what others write there is noticed late`,
      );
    try {
      const watcher = watch(folder, { persistent: false }, (_type, file) => {
        if (file?.endsWith('.json') === true) notice(file).catch(failed);
      });
      watcher.on('error', failed);
      this.#ledgerWatchers.push(watcher);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
