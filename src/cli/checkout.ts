import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Extensions of configuration files under `fairlead/`. */
const configFile = /\.ya?ml$/;

/** The top folder of the Git checkout that holds `folder`, or `null`. */
export async function findCheckout(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return at;
    if (dirname(at) === at) return null;
  }
}

/** Whether a Fairlead configuration lies at the top of a checkout: `fairlead.yaml` or `fairlead/*.yaml`. */
export async function hasConfiguration(top: string): Promise<boolean> {
  for (const name of ['fairlead.yaml', 'fairlead.yml'])
    if (await exists(join(top, name))) return true;
  try {
    return (await readdir(join(top, 'fairlead'))).some((name) => configFile.test(name));
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
