import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { errorCode } from '../../../system/files.ts';
import { kubeconfigInvalid, kubeconfigMissing } from './errors.ts';
import { mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts';
import type { Kubeconfig } from './kubeconfig.ts';

/** Largest kubeconfig, in bytes. */
const maxBytes = 8 * 1024 * 1024;

interface KubeconfigPlace {
  /** From the settings; alone if given. */
  readonly kubeconfig: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The kubeconfig as kubectl finds it: the one that is named; else all that `KUBECONFIG` lists, merged; else
 * `~/.kube/config`. A file of the list that is not there is left out. `null`: there is none at all.
 *
 * @throws FairleadError `kubernetes.kubeconfig-missing` for one that is named and not there, `kubernetes.kubeconfig-invalid`
 */
export function loadKubeconfig({ kubeconfig, env }: KubeconfigPlace): Kubeconfig | null {
  const home = env['HOME'] ?? homedir();
  if (kubeconfig !== undefined) {
    const path = resolve(kubeconfig.replace(/^~(?=\/|$)/, home));
    const file = readOne(path);
    if (file === null) throw kubeconfigMissing({ message: `${path} is not there`, resource: path });
    return file;
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const paths = listed.length > 0 ? [...new Set(listed)] : [join(home, '.kube', 'config')];
  const files = paths.map((path) => readOne(resolve(path))).filter((file) => file !== null);
  return files.length === 0 ? null : mergeKubeconfigs(files);
}

/** `null`: there is no such file. */
function readOne(path: string): Kubeconfig | null {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    throw kubeconfigInvalid({
      message: `${path} cannot be read: ${errorCode(thrown)}`,
      resource: path,
      cause: thrown,
    });
  }
  if (content.length > maxBytes)
    throw kubeconfigInvalid({ message: `${path} is larger than 8 MiB`, resource: path });
  return parseKubeconfig(path, content.toString('utf8'));
}
