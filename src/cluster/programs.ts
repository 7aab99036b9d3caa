import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { programMissing } from './errors.ts';

/** What a control plane is made of. kwok plays the nodes and what runs on them. */
const programNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

/** What runs as long as the cluster does. */
export type DaemonName = (typeof programNames)[number];

/** All that is built: kubectl is for people and tests. */
export const builtNames = [...programNames, 'kubectl'] as const;

/** A program that `builtNames` has. */
export type ProgramName = (typeof builtNames)[number];

/** Where each daemon is. */
export type Programs = Readonly<Record<DaemonName, string>>;

/** The version that is built; also the name of its folder in the cache, so that another version is another folder. */
export const kubernetesVersion = '1.36.3';

/**
 * Where a program is, looked for in this order: the folder that KUBEBUILDER_ASSETS names (as controller-runtime's
 * envtest has it), the variable of the program (FAIRLEAD_KUBE_APISERVER and so on), the user's folder for caches, the PATH.
 */
export function findProgram(name: ProgramName, env: NodeJS.ProcessEnv): string | undefined {
  const assets = env['KUBEBUILDER_ASSETS'];
  const own = env[variableOf(name)];
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const places = [
    ...(assets ? [join(assets, name)] : []),
    ...(own ? [own] : []),
    join(programCache(env), name),
    ...path.map((folder) => join(folder, name)),
  ];
  return places.find(isExecutable);
}

/** @throws FairleadError `cluster.program-missing`, naming all that are missing */
export function findPrograms(env: NodeJS.ProcessEnv): Programs {
  const found = programNames.map((name) => [name, findProgram(name, env)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw programMissing({
      message: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} neither in KUBEBUILDER_ASSETS nor named by ${missing.map(variableOf).join(', ')}, nor in ${programCache(env)}, nor on the PATH`,
    });
  }
  return Object.fromEntries(found) as Record<DaemonName, string>;
}

/** The variable that names a program, as FAIRLEAD_KUBE_APISERVER. */
function variableOf(name: ProgramName): string {
  return `FAIRLEAD_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Where built programs are kept: in the user's folder for caches, see the XDG Base Directory Specification. */
export function programCache(env: NodeJS.ProcessEnv): string {
  return join(cacheHome(env), 'cluster', kubernetesVersion);
}

/** Fairlead's part of the user's folder for caches. */
export function cacheHome(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CACHE_HOME'] ?? '';
  const home = isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.cache');
  return join(home, 'fairlead');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
