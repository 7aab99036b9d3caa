import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InventoryKey } from '../../src/model/inventory.ts';
import type { Json } from '../../src/model/json.ts';
import type { Manifest } from '../../src/model/resource.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { systemRandom } from '../../src/system/random.ts';
import { hostDriver } from '../../src/targets/host/driver.ts';
import type { Target } from '../../src/targets/target.ts';
import { describeTarget } from './target.ts';
import type { TargetHarness } from './target.ts';

const apiVersion = 'host.fairlead.dev/v1alpha1';

/** What all kinds share: a state folder, and controllers on it. */
async function openHost(kind: string) {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-host-'));
  const stateDir = join(folder, 'state');
  const inventoryFile = (key: InventoryKey): string =>
    join(stateDir, 'inventories', `${key.application}@${key.environment}.json`);
  const opened: Target[] = [];
  return {
    folder,
    stateDir,
    manifest: (name: string, spec: Json): Manifest => ({
      apiVersion,
      kind,
      name,
      namespace: '',
      body: { apiVersion, kind, metadata: { name }, spec },
      origin: { file: `app/${name}.yaml`, line: 3 },
    }),
    open: async (): Promise<Target> => {
      const target = await hostDriver.open({
        name: 'here',
        settings: { stateDir },
        clock: systemClock,
        random: systemRandom,
        hash: sha256,
        sealer: createSealer('k1', new Uint8Array(32)),
        env: {},
        warn: () => {},
      });
      opened.push(target);
      return target;
    },
    damageInventory: async (key: InventoryKey): Promise<void> => {
      const text = await readFile(inventoryFile(key), 'utf8');
      await writeFile(inventoryFile(key), text.replace('"epoch":1', '"epoch":7'));
    },
    storeNewerInventory: (key: InventoryKey): Promise<void> =>
      writeFile(
        inventoryFile(key),
        '{"kind":"inventory","formatVersion":99,"checksum":"?"}\n???\n',
      ),
    close: async (): Promise<void> => {
      for (const target of opened) await target.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Puts a symlink that leads to itself in the way: something is there, and not even root can look behind it. */
async function hideBehindItself(path: string): Promise<void> {
  await rename(path, `${path}-away`);
  await symlink(path, path);
}

describeTarget('host (File)', async (): Promise<TargetHarness> => {
  const host = await openHost('File');
  const pathOf = (name: string): string => join(host.folder, 'live', name, 'file');
  return {
    ...host,
    manifest: (name, variant) =>
      host.manifest(name, { path: pathOf(name), content: `${variant}\n` }),
    misspelt: (name) => ({
      manifest: host.manifest(name, { path: pathOf(name), contnet: 'x' }),
      meant: 'content',
    }),
    disturb: (name) => writeFile(pathOf(name), 'by hand\n'),
    destroy: (name) => rm(pathOf(name)),
    hide: (name) => hideBehindItself(dirname(pathOf(name))),
  };
});

describeTarget('host (Directory)', async (): Promise<TargetHarness> => {
  const host = await openHost('Directory');
  const pathOf = (name: string): string => join(host.folder, 'live', name, 'directory');
  return {
    ...host,
    manifest: (name, variant) =>
      host.manifest(name, { path: pathOf(name), mode: variant === 'first' ? '0755' : '0750' }),
    misspelt: (name) => ({
      manifest: host.manifest(name, { path: pathOf(name), mod: '0755' }),
      meant: 'mode',
    }),
    disturb: (name) => chmod(pathOf(name), 0o700),
    destroy: (name) => rmdir(pathOf(name)),
    hide: (name) => hideBehindItself(dirname(pathOf(name))),
  };
});

describeTarget('host (Process)', async (): Promise<TargetHarness> => {
  const host = await openHost('Process');
  const records = join(host.stateDir, 'processes');
  const recordOf = (name: string): string => join(records, `shop@dev@${name}.json`);
  /** Ends the process group that a record names. */
  const kill = async (record: string): Promise<void> => {
    const text = await readFile(record, 'utf8').catch(() => '');
    const pid = Number(/"pid":(\d+)/.exec(text)?.[1] ?? Number.NaN);
    try {
      process.kill(-pid, 'SIGKILL');
      // Signals take their time; it is gone when there is nobody left to send one to.
      for (;;) {
        process.kill(-pid, 0);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } catch {
      // It has ended.
    }
  };
  return {
    ...host,
    manifest: (name, variant) =>
      host.manifest(name, {
        argv: ['sleep', variant === 'first' ? '1000' : '2000'],
        log: { file: join(host.folder, `${name}.log`) },
      }),
    misspelt: (name) => ({
      manifest: host.manifest(name, { argv: ['true'], resart: 'never' }),
      meant: 'restart',
    }),
    disturb: (name) => kill(recordOf(name)),
    destroy: (name) => kill(recordOf(name)),
    hide: (name) => hideBehindItself(recordOf(name)),
    close: async () => {
      for (const file of await readdir(records).catch((): string[] => []))
        await kill(join(records, file));
      await host.close();
    },
  };
});
