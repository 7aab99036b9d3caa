import { join } from 'node:path';
import type { Clock } from '../../system/clock.ts';
import { disk } from '../../system/disk.ts';
import { isAlive } from '../../system/processes.ts';
import type { ProcessIdentity, ProcessTable } from '../../system/processes.ts';

/** Of another boot, or of another machine on a shared disk: gone for sure only after a while. */
const foreignAgeMs = 3_600_000;

const pattern = /^\.fairlead-([0-9a-f]{8})-(\d+)-(\w+)-\d+\.tmp$/;

/** Of this process, whose several targets may write into one folder: the names tell processes apart, not targets. */
let count = 0;

/** Names for temporary files that say whose they are, so that those of crashed writers can be cleared away. */
export class Temporaries {
  readonly #clock: Clock;
  readonly #table: ProcessTable;
  readonly #prefix: string;
  readonly #cleaned = new Set<string>();

  constructor(clock: Clock, table: ProcessTable, self: ProcessIdentity) {
    this.#clock = clock;
    this.#table = table;
    this.#prefix = `.fairlead-${shortBoot(self.bootId)}-${self.pid}-${word(self.startTime)}`;
  }

  /** A name that no other writer on this machine uses. */
  next(): string {
    count += 1;
    return `${this.#prefix}-${count}.tmp`;
  }

  /** Removes what dead writers left in a folder; looks once per folder in the life of this process. */
  async clean(folder: string): Promise<void> {
    if (this.#cleaned.has(folder)) return;
    this.#cleaned.add(folder);
    const via = disk();
    const names = await via.readdir(folder).catch((): string[] => []);
    for (const name of names) {
      const match = pattern.exec(name);
      if (match === null || name.startsWith(`${this.#prefix}-`)) continue;
      const [, boot = '', pid = '', start = ''] = match;
      const path = join(folder, name);
      // Tidying up must never fail the work that comes after it.
      if (await this.#isLeftOver(path, boot, Number(pid), start))
        await via.unlink(path).catch(() => {});
    }
  }

  async #isLeftOver(path: string, boot: string, pid: number, start: string): Promise<boolean> {
    if (boot === shortBoot(this.#table.bootId)) {
      const entry = await this.#table.look(pid);
      if (entry === null || word(entry.startTime) !== start) return true;
      const identity = { bootId: this.#table.bootId, pid, startTime: entry.startTime };
      return !(await isAlive(this.#table, identity));
    }
    const stats = await disk()
      .lstat(path)
      .catch(() => null);
    return stats !== null && Number(stats.mtimeMs) < this.#clock.nowMs() - foreignAgeMs;
  }
}

function shortBoot(bootId: string): string {
  return bootId
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .padEnd(8, '0')
    .slice(0, 8);
}

function word(text: string): string {
  return text.replaceAll(/\W/g, '_');
}
