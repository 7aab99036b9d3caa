import { basename } from 'node:path';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { Clock } from '../../../system/clock.ts';
import type { TargetChange } from '../../target.ts';
import type { Looker } from '../file/content.ts';
import { FileMemory } from '../memory.ts';
import { Audience } from './audience.ts';
import { followLinks } from './link-chain.ts';
import { PathWatcher } from './path-watcher.ts';

interface SecretWatchDependencies {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly tell: (change: TargetChange) => void;
}

/** A secret file that somebody refers to. */
interface Followed {
  users: number;
  /** What is watched for it: itself, and what it leads to. */
  paths: readonly string[];
  /** Where it leads is being found out, and whether it has to be once more. */
  looking: 'no' | 'yes' | 'again';
}

/**
 * Tells the applications that refer to a secret file when it is another one: no commit says so. It remembers what it saw
 * itself, as a digest, apart from what is known of files that are ours. Links are followed, and each of them is watched.
 */
export class SecretWatch {
  readonly #tell: SecretWatchDependencies['tell'];
  readonly #looker: Looker;
  readonly #paths: PathWatcher;
  readonly #audience = new Audience<InventoryKey>();
  /** By the path that is referred to. */
  readonly #followed = new Map<string, Followed>();

  constructor({ clock, warn, tell }: SecretWatchDependencies) {
    this.#tell = tell;
    const memory = new FileMemory(clock, 10_000);
    this.#looker = { clock, memory };
    this.#paths = new PathWatcher({
      clock,
      memory,
      warn,
      onChange: (path) => this.#onPath(path),
    });
  }

  /** What is watched for this application from now on. What was not watched before is told once: it may have changed already. */
  watch(key: InventoryKey, paths: readonly string[]): void {
    const wishes = new Map(paths.map((path) => [path, [key]]));
    const { added, left } = this.#audience.change(inventoryKey(key), wishes);
    for (const path of added) {
      const known = this.#followed.get(path);
      if (known === undefined) {
        this.#followed.set(path, { users: 1, paths: [path], looking: 'no' });
        this.#paths.add(path);
      } else {
        known.users += 1;
        this.#tellOf(path, true, [key]);
      }
    }
    for (const path of left) {
      const known = this.#followed.get(path);
      if (known === undefined || --known.users > 0) continue;
      this.#followed.delete(path);
      this.#watchInstead(known, []);
    }
  }

  close(): void {
    this.#paths.close();
  }

  #onPath(path: string): void {
    for (const [secret, followed] of this.#followed)
      if (followed.paths.includes(path)) void this.#look(secret, followed);
  }

  /** Finds out where a secret leads now, and tells that something of it has changed. */
  async #look(secret: string, followed: Followed): Promise<void> {
    if (followed.looking !== 'no') {
      followed.looking = 'again';
      return;
    }
    let exists = false;
    do {
      followed.looking = 'yes';
      const chain = await followLinks(this.#looker, secret);
      // Nobody refers to it any more.
      if (this.#followed.get(secret) !== followed) return;
      exists = chain.exists;
      this.#watchInstead(followed, chain.paths);
    } while (this.#isToBeRepeated(followed));
    followed.looking = 'no';
    this.#tellOf(secret, exists, this.#audience.of(secret));
  }

  #tellOf(secret: string, exists: boolean, keys: readonly InventoryKey[]): void {
    const message = `the secret in ${basename(secret)} ${exists ? 'was changed' : 'is gone'}`;
    for (const key of keys) this.#tell({ key, id: null, message });
  }

  #isToBeRepeated({ looking }: Followed): boolean {
    return looking === 'again';
  }

  #watchInstead(followed: Followed, paths: readonly string[]): void {
    const before = followed.paths;
    followed.paths = paths;
    for (const path of paths) if (!before.includes(path)) this.#paths.add(path);
    for (const path of before) if (!paths.includes(path)) this.#paths.remove(path);
  }
}
