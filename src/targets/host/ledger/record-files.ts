import { readFileSync } from 'node:fs';
import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import { disk } from '../../../system/disk.ts';
import {
  appendDurably,
  errorCode,
  fsyncFolder,
  isUntouched,
  lstatNow,
  signatureOf,
  writeFileDurably,
} from '../../../system/files.ts';
import type { Stats } from '../../../system/files.ts';
import { inventoryUnreadable } from '../../errors.ts';
import { hostError } from '../errors.ts';
import { FileMemory } from '../memory.ts';
import type { Temporaries } from '../temporaries.ts';
import { textOf } from '../text.ts';
import { decodeLast, encodeEnvelope } from './envelope.ts';
import { keyName, keyOfFile } from './names.ts';

/**
 * Values kept in memory between a look and those that follow it: a start looks at all records for what they claim and for
 * what has left the configuration before each application is planned. Some kilobytes each.
 */
const keptValues = 1_024;

interface RecordFilesDependencies {
  readonly folder: string;
  /** What the files hold: `inventory`, `hold`; stands in each of them. */
  readonly kind: string;
  readonly formatVersion: number;
  readonly hash: Hasher;
  readonly clock: Clock;
  readonly temporaries: Temporaries;
}

interface Kept {
  readonly value: JsonObject;
  /** Whether the file holds this value alone, so that a later form of it may be appended. */
  readonly isAlone: boolean;
}

interface WriteOptions {
  /** Called when all is ready; what it throws leaves the old value. */
  readonly beforeCommit?: () => Promise<void>;
  /**
   * The value that is there may come back when the machine stops meanwhile, and later when a disk loses a part of the
   * file: then half the work is enough. Default false.
   */
  readonly mayFallBack?: boolean;
}

/** One small durable file per inventory key. */
export class RecordFiles {
  readonly #dependencies: RecordFilesDependencies;
  readonly #memory: FileMemory;
  readonly #kept = new Map<string, Kept>();

  constructor(dependencies: RecordFilesDependencies) {
    this.#dependencies = dependencies;
    this.#memory = new FileMemory(dependencies.clock);
  }

  get folder(): string {
    return this.#dependencies.folder;
  }

  path(key: InventoryKey): string {
    return `${this.folder}/${keyName(key)}.json`;
  }

  /**
   * `null`: nothing is recorded under this key. Looks and reads at once (see `lstatNow`): a release does so a dozen
   * times, before each effect among others.
   *
   * @throws FairleadError `target.inventory-newer`, `target.inventory-unreadable`; `host.*` where the disk fails.
   */
  async load(key: InventoryKey): Promise<JsonObject | null> {
    const { hash, kind, formatVersion, clock } = this.#dependencies;
    const path = this.path(key);
    try {
      const lookedAtMs = clock.nowMs();
      const stats = lstatNow(path);
      if (stats === null) return this.#absent(path);
      const signature = signatureOf(stats);
      const known = this.#kept.get(path);
      if (known !== undefined && this.#memory.recall(path, signature) !== null) return known.value;
      const text = readFileSync(path, 'utf8');
      const { value, hasMore } = decodeLast(hash, kind, formatVersion, path, text);
      if (value['application'] !== undefined || value['key'] !== undefined)
        refuseForeign(value, key, path);
      const times = { changedAtMs: Number(stats.ctimeMs), lookedAtMs };
      this.#keep(path, signature, { value, isAlone: !hasMore }, times);
      return value;
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return this.#absent(path);
      throw hostError(thrown, `read ${path}`, inventoryKey(key));
    }
  }

  /** Durable when it resolves. */
  async write(key: InventoryKey, value: object, options: WriteOptions = {}): Promise<void> {
    const { hash, kind, formatVersion, clock, temporaries } = this.#dependencies;
    const path = this.path(key);
    try {
      await temporaries.clean(this.folder);
      await this.#memory.changing(path, async () => {
        const text = encodeEnvelope(hash, kind, formatVersion, value);
        const appended =
          options.mayFallBack === true
            ? await this.#append(path, text, options.beforeCommit)
            : null;
        const written =
          appended ??
          (await writeFileDurably(path, text, {
            mode: 0o600,
            temporary: temporaries.next(),
            beforeCommit: options.beforeCommit,
          }));
        const lookedAtMs = clock.nowMs();
        const stats = lstatNow(path);
        this.#kept.delete(path);
        if (stats === null) this.#absent(path);
        else if (isUntouched(written, stats)) {
          // Records are replaced whole, under another number, or get longer: this one holds what was written just now,
          // however soon it is looked at again.
          const times = { changedAtMs: Number.NEGATIVE_INFINITY, lookedAtMs };
          const kept = { value: value as JsonObject, isAlone: appended === null };
          this.#keep(path, signatureOf(stats), kept, times);
        }
      });
    } catch (thrown) {
      throw hostError(thrown, `write ${path}`, inventoryKey(key));
    }
  }

  /** `null`: the file is not surely the one that we know, or holds enough. */
  async #append(
    path: string,
    text: string,
    beforeWrite: (() => Promise<void>) | undefined,
  ): Promise<Stats | null> {
    if (this.#kept.get(path)?.isAlone !== true) return null;
    const stats = lstatNow(path);
    if (stats === null) return null;
    const signature = signatureOf(stats);
    if (this.#memory.recall(path, signature) === null) return null;
    return appendDurably(path, text, signature, beforeWrite);
  }

  /** Durable when it resolves; also when nothing was there. */
  async remove(key: InventoryKey): Promise<void> {
    const path = this.path(key);
    await this.#memory.changing(path, async () => {
      try {
        await disk().unlink(path);
        await fsyncFolder(this.folder);
      } catch (thrown) {
        if (errorCode(thrown) !== 'ENOENT')
          throw hostError(thrown, `remove ${path}`, inventoryKey(key));
      } finally {
        this.#absent(path);
      }
    });
  }

  async list(): Promise<readonly InventoryKey[]> {
    try {
      const files = await disk().readdir(this.folder);
      return files.toSorted().flatMap((file) => keyOfFile(file) ?? []);
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return [];
      throw hostError(thrown, `list ${this.folder}`, this.folder);
    }
  }

  /** Whether the file is as we saw or wrote it last, so that a notice about it tells nothing new. */
  async isAsSeen(key: InventoryKey): Promise<boolean> {
    const path = this.path(key);
    if (this.#memory.isChanging(path)) return true;
    const stats = lstatNow(path);
    return (
      (stats === null ? null : signatureOf(stats)) ===
      (this.#memory.lastSeen(path)?.signature ?? null)
    );
  }

  #keep(
    path: string,
    signature: string,
    kept: Kept,
    times: { readonly changedAtMs: number; readonly lookedAtMs: number },
  ): void {
    this.#memory.remember(path, signature, '', times);
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    if (this.#kept.size <= keptValues) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  #absent(path: string): null {
    this.#memory.forget(path);
    this.#kept.delete(path);
    return null;
  }
}

/** A file that was copied to another name would give one application what another owns. */
function refuseForeign(value: JsonObject, key: InventoryKey, path: string): void {
  const own = (value['key'] ?? value) as JsonObject;
  if (own['application'] === key.application && own['environment'] === key.environment) return;
  throw inventoryUnreadable({
    message: `${path} is damaged: it belongs to ${textOf(own['application'])}@${textOf(own['environment'])}`,
    resource: path,
  });
}
