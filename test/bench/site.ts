import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ControllerOptions } from './controller.ts';
import { createMonorepo } from './monorepo.ts';
import type { Monorepo } from './monorepo.ts';

/** One monorepo with everything that a controller needs to make it live, in a folder of its own. */
export interface Site {
  readonly folder: string;
  readonly live: string;
  readonly monorepo: Monorepo;
  /** Puts away everything that was deployed and known. Deletes nothing, for the reason that `bareWrite` gives. */
  reset(): void;
  /** How to start a controller here. */
  controller(name: string): ControllerOptions;
  /** Problems with what is live; empty: every file is as the first commit says. */
  differences(): readonly string[];
  /** All live files, with the inventories that belong to them. */
  readonly inventoriesFolder: string;
}

export function createSite(
  folder: string,
  apps: number,
  options: Pick<ControllerOptions, 'program' | 'cpuProf' | 'signal'>,
): Site {
  const live = join(folder, 'live');
  const stateDir = join(folder, 'state');
  const hostStateDir = join(folder, 'host');
  let rounds = 0;
  const monorepo = createMonorepo({
    folder: join(folder, 'repository'),
    liveFolder: live,
    hostStateDir,
    apps,
  });
  return {
    folder,
    live,
    monorepo,
    inventoriesFolder: join(hostStateDir, 'inventories'),
    reset: () => {
      rounds += 1;
      for (const one of [live, stateDir, hostStateDir]) {
        if (existsSync(one)) renameSync(one, `${one}-before-${rounds}`);
      }
      mkdirSync(live, { recursive: true });
    },
    controller: (name) => ({ folder, repository: monorepo.url, stateDir, name, ...options }),
    differences: () =>
      monorepo.live.flat().flatMap((file) => {
        try {
          return readFileSync(file.path, 'utf8') === file.content
            ? []
            : [`${file.path} is not as Git says`];
        } catch {
          return [`${file.path} is missing`];
        }
      }),
  };
}
