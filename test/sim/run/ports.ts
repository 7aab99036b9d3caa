import { kubernetesDriver } from '../../../src/targets/kubernetes/driver.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { ConfigFile } from '../../../src/config/load.ts';
import { createConfigLoader } from '../../../src/config/loader.ts';
import type { Sealer } from '../../../src/model/sealed.ts';
import type { Packer } from '../../../src/system/packer.ts';
import { once } from '../world/once.ts';
import { simDriver } from './driver.ts';

/** What the engine is given of things that are the same whenever they are asked, without doing the work each time. */

const drivers = [simDriver, kubernetesDriver];

const load = once((files) => loadConfig(JSON.parse(files) as ConfigFile[], { drivers }));

/** Most commits leave the configuration as it is, and every start reads it. */
export const configLoader = createConfigLoader('', { drivers }, (files) =>
  load(JSON.stringify(files)),
);

/** Text that stays as large as it is: a schedule is short. */
export const plainPacker: Packer = {
  pack: (text) => Buffer.from(text),
  unpack: (packed) => Buffer.from(packed).toString(),
};

/** Seals each value once. */
export function sealOnce(sealer: Sealer): Sealer {
  return { keyId: sealer.keyId, seal: once((value) => sealer.seal(value)) };
}
