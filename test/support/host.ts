import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InventoryKey } from '../../src/model/inventory.ts';
import type { Desired, Manifest } from '../../src/model/resource.ts';
import { unwrap } from '../../src/model/result.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { systemRandom } from '../../src/system/random.ts';
import { createHostTarget } from '../../src/targets/host/host-target.ts';
import type { Target } from '../../src/targets/target.ts';
import { temporaryFolder } from './git.ts';

const hostApiVersion = 'host.fairlead.dev/v1alpha1';

/** The real host target in a temporary folder, which is also where its files are. */
export interface HostBench extends AsyncDisposable {
  readonly target: Target;
  /** Another controller's view of the same place. */
  open(): Promise<Target>;
  /** Where the file of that name is. */
  path(name: string): string;
  /** Content of a file; `null` when it is not there. */
  read(name: string): string | null;
  /** Writes behind the controller's back. */
  write(name: string, content: string): void;
  /** Files as the target prepares them. */
  files(contents: Readonly<Record<string, string | FileSpec>>): Promise<readonly Desired[]>;
}

interface FileSpec {
  readonly content?: string;
  readonly contentFrom?: { readonly fromEnv: string };
  readonly wave?: number;
}

export async function createHostBench(
  key: InventoryKey,
  env: Readonly<Record<string, string>> = {},
): Promise<HostBench> {
  const folder = temporaryFolder('fairlead-host-');
  const opened: Target[] = [];
  const open = async (): Promise<Target> => {
    const target = await createHostTarget({
      name: 'here',
      settings: { stateDir: join(folder, 'state'), secretEnv: Object.keys(env) },
      clock: systemClock,
      random: systemRandom,
      hash: sha256,
      sealer: createSealer('k1', new Uint8Array(32)),
      env,
      warn: () => {},
    });
    opened.push(target);
    return target;
  };
  const target = await open();
  const path = (name: string): string => join(folder, 'live', name);
  return {
    target,
    open,
    path,
    read: (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : null),
    write: (name, content) => {
      mkdirSync(join(folder, 'live'), { recursive: true });
      writeFileSync(path(name), content);
    },
    files: async (contents) =>
      unwrap(
        await target.prepare(
          Object.entries(contents).map(([name, spec]) => manifest(name, path(name), spec)),
          { key, project: null },
        ),
      ),
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function manifest(name: string, path: string, said: string | FileSpec): Manifest {
  const { wave, ...spec } = typeof said === 'string' ? { content: said } : said;
  const annotations = wave === undefined ? {} : { 'fairlead.dev/wave': String(wave) };
  return {
    apiVersion: hostApiVersion,
    kind: 'File',
    name,
    namespace: '',
    body: {
      apiVersion: hostApiVersion,
      kind: 'File',
      metadata: { name, annotations },
      spec: { path, ...spec },
    },
    origin: { file: `app/${name}.yaml`, line: 1 },
  };
}
