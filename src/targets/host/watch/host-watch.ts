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
import { Audience } from './audience.ts';
import { PathWatcher } from './path-watcher.ts';
import { SecretWatch } from './secret-watch.ts';

interface HostWatchDependencies {
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
  readonly #audience = new Audience<Watched>();
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
    const wishes = new Map<string, Watched[]>();
    for (const reference of scope.references) {
      const { id } = reference;
      for (const path of this.#dependencies.kindOf(id).watchedPaths(reference)) {
        wishes.set(path, [...(wishes.get(path) ?? []), { key: scope.key, id }]);
      }
    }
    // What was watched already stays so without a gap.
    const { added, left } = this.#audience.change(inventoryKey(scope.key), wishes);
    for (const path of added) this.#paths.add(path);
    for (const path of left) this.#paths.remove(path);
  }

  close(): void {
    this.#paths.close();
    this.#secrets.close();
    for (const watcher of this.#ledgerWatchers) watcher.close();
  }

  #onPath(path: string, exists: boolean): void {
    const message = `${basename(path)} ${exists ? 'was changed' : 'is gone'}`;
    for (const { key, id } of this.#audience.of(path)) {
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
