import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../src/model/resource.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { systemRandom } from '../../src/system/random.ts';
import { targetDrivers } from '../../src/targets/registry.ts';
import type { Target } from '../../src/targets/target.ts';
import { describeTarget } from './target.ts';
import type { TargetHarness } from './target.ts';

const apiVersion = 'host.fairlead.dev/v1alpha1';

describeTarget('host', async (): Promise<TargetHarness> => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-host-'));
  const stateDir = join(folder, 'state');
  const pathOf = (name: string): string => join(folder, 'live', name, 'file');
  const inventoryFile = (key: { application: string; environment: string }): string =>
    join(stateDir, 'inventories', `${key.application}@${key.environment}.json`);
  const opened: Target[] = [];
  const manifest = (name: string, spec: Record<string, string>): Manifest => ({
    apiVersion,
    kind: 'File',
    name,
    namespace: '',
    body: { apiVersion, kind: 'File', metadata: { name }, spec },
    origin: { file: `app/${name}.yaml`, line: 3 },
  });
  return {
    open: async () => {
      const target = await targetDrivers['host']!({
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
    manifest: (name, variant) => manifest(name, { path: pathOf(name), content: `${variant}\n` }),
    misspelt: (name) => manifest(name, { path: pathOf(name), contnet: 'x' }),
    disturb: (name) => writeFile(pathOf(name), 'by hand\n'),
    destroy: (name) => rm(pathOf(name)),
    hide: async (name) => {
      // A symlink that leads to itself: something is there, and not even root can look behind it.
      const parent = join(folder, 'live', name);
      await rename(parent, `${parent}-away`);
      await symlink(parent, parent);
    },
    damageInventory: async (key) => {
      const text = await readFile(inventoryFile(key), 'utf8');
      await writeFile(inventoryFile(key), text.replace('"epoch":1', '"epoch":7'));
    },
    storeNewerInventory: (key) =>
      writeFile(
        inventoryFile(key),
        '{"kind":"inventory","formatVersion":99,"checksum":"?"}\n???\n',
      ),
    close: async () => {
      for (const target of opened) await target.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
