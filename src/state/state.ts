import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sealer } from '../model/sealed.ts';
import type { SeedOf } from '../model/seed.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { openSqliteReader } from '../store/sqlite-reader.ts';
import type { Store } from '../store/store.ts';
import { layoutOf, prepareFolder, requireReadable } from './folder.ts';
import type { StateLayout } from './folder.ts';
import { firstSecret, lookingKeys, openKeys, readKeys, sealerOf, seedOf } from './keys.ts';
import { lockState } from './lock.ts';
import { clearRestored, isMarkedRestored, markRestored } from './restored.ts';

/** What Fairlead keeps on its own machine. */
export interface State {
  readonly store: Store;
  /** Seals secret values under this installation's key. */
  readonly sealer: Sealer;
  /** Names this installation in inventories. */
  readonly installation: string;
  /** What templates take for the time and for chance. */
  readonly seedOf: SeedOf;
  /** What secrets for one purpose are derived from. */
  readonly secret: Uint8Array;
  readonly mirrorsDirectory: string;
  /** Where rendered sets are kept, sealed; `null`: nowhere. */
  readonly rendersDirectory: string | null;
  /** Whether it came from a backup, or lost its database, and nobody has confirmed it yet. */
  readonly restored: boolean;
  clearRestored(): Promise<void>;
  close(): Promise<void>;
}

/** Which state folder, and what for. */
interface StateOptions {
  /** Absolute. */
  readonly directory: string;
  /**
   * Looks only: nothing is locked, made or changed in the folder. The store shows what the folder holds and forgets
   * what is written; the keys are the installation's, or, where there are none, those of looks on this machine, whose
   * digests are worth nothing elsewhere.
   */
  readonly readOnly: boolean;
  /** For what can be lost: the keys of looks. Default: they are gone with the process. */
  readonly cacheDirectory?: string | null;
}

/** @throws FairleadError `state.*`, `store.*` */
export async function openState(options: StateOptions): Promise<State> {
  const layout = layoutOf(options.directory);
  if (!options.readOnly) return openForWork(layout);
  return openForLooking(layout, options.cacheDirectory ?? null);
}

async function openForWork(layout: StateLayout): Promise<State> {
  await prepareFolder(layout.directory);
  const lock = lockState(layout.lock);
  try {
    const isNew = !existsSync(layout.keys);
    const keys = await openKeys(layout);
    if (!isNew && !existsSync(layout.database)) {
      await markRestored(layout, 'the database was not there');
    }
    const store = await openSqliteStore({ file: layout.database });
    return {
      store,
      sealer: sealerOf(keys),
      installation: keys.installation,
      seedOf: (id) => seedOf(keys, id),
      secret: firstSecret(keys),
      rendersDirectory: layout.renders,
      mirrorsDirectory: layout.mirrors,
      restored: isMarkedRestored(layout),
      clearRestored: () => clearRestored(layout),
      close: async () => {
        await store.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

async function openForLooking(layout: StateLayout, cacheDirectory: string | null): Promise<State> {
  await requireReadable(layout.directory);
  const keys = (await readKeys(layout.keys)) ?? (await lookingKeys(cacheDirectory));
  const store = await openLookingStore(layout.database);
  // Mirrors belong to whoever has the lock; a look brings its own and takes it away again.
  const passing = await mkdtemp(join(tmpdir(), 'fairlead-look-'));
  return {
    store,
    sealer: sealerOf(keys),
    installation: keys.installation,
    seedOf: (id) => seedOf(keys, id),
    secret: firstSecret(keys),
    rendersDirectory: null,
    mirrorsDirectory: join(passing, 'mirrors'),
    restored: false,
    clearRestored: async () => {},
    close: async () => {
      await store.close();
      await rm(passing, { recursive: true, force: true });
    },
  };
}

/** Reads what is there; writes go to memory and are gone at the end. */
async function openLookingStore(file: string): Promise<Store> {
  const reader = openSqliteReader(file);
  const memory = await openSqliteStore({ file: ':memory:' });
  if (reader === null) return memory;
  return {
    ...reader,
    transaction: (body) => memory.transaction(body),
    close: async () => {
      reader.close();
      await memory.close();
    },
  };
}
