import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { findGo, runGo } from '../render/go.ts';
import { helmLinkerFlags } from '../render/helm-flags.ts';

/**
 * The programs `helm` and `kustomize` in the versions of the engines, to compare with. Each is looked for where its
 * variable says, in the user's folder for caches and on the PATH, and can be built from its Go module.
 */

export type NativeEngine = 'helm' | 'kustomize';

interface Program {
  readonly variable: string;
  readonly module: string;
  readonly package: string;
  /** Makes it print its version. */
  readonly args: readonly string[];
}

const programs: Readonly<Record<NativeEngine, Program>> = {
  helm: {
    variable: 'FAIRLEAD_HELM',
    module: 'helm.sh/helm/v3',
    package: 'helm.sh/helm/v3/cmd/helm',
    args: ['version', '--template', '{{.Version}}'],
  },
  kustomize: {
    variable: 'FAIRLEAD_KUSTOMIZE',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    package: 'sigs.k8s.io/kustomize/kustomize/v5',
    args: ['version'],
  },
};

const moduleFolder = join(import.meta.dirname, '../../test/parity/native');

/** The program of the right version; undefined when it is not there. */
export function findNativeEngine(engine: NativeEngine): string | undefined {
  const { variable } = programs[engine];
  const named = process.env[variable];
  if (named) return named;
  const kept = cachePath(engine);
  if (existsSync(kept)) return kept;
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((at) => join(at, engine));
  return onPath.find((path) => existsSync(path) && hasVersion(engine, path));
}

/** Builds what is missing into the folder for caches. @returns why that was not possible, or undefined. */
export function buildNativeEngines(): string | undefined {
  const go = findGo();
  if (go === undefined) return 'Go is not there';
  for (const engine of ['kustomize', 'helm'] as const) {
    if (findNativeEngine(engine) !== undefined) continue;
    const path = cachePath(engine);
    const partial = `${path}.${process.pid}`;
    mkdirSync(join(path, '..'), { recursive: true });
    const flags = engine === 'helm' ? `-s -w ${helmLinkerFlags(go, moduleFolder)}` : '-s -w';
    try {
      const output = ['-o', partial, programs[engine].package];
      const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', flags, ...output];
      runGo(go, moduleFolder, args, { CGO_ENABLED: '0' });
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
    renameSync(partial, path);
  }
  return undefined;
}

/** What is wrong with them on this machine, in words; undefined when both are there. */
export function nativeEnginesProblem(): string | undefined {
  const missing = (['helm', 'kustomize'] as const).filter(
    (engine) => findNativeEngine(engine) === undefined,
  );
  return missing.length === 0 ? undefined : `(${missing.join(', ')}) not built`;
}

function cachePath(engine: NativeEngine): string {
  const given = process.env['XDG_CACHE_HOME'] ?? '';
  const caches = isAbsolute(given) ? given : join(homedir(), '.cache');
  return join(caches, 'fairlead', 'native', `${engine}-${wantedVersion(engine)}`);
}

/** As the Go module says. */
function wantedVersion(engine: NativeEngine): string {
  const text = readFileSync(join(moduleFolder, 'go.mod'), 'utf8');
  const line = text
    .split('\n')
    .find((one) => one.trim().startsWith(`${programs[engine].module} v`));
  if (line === undefined) throw new Error(`go.mod names no version of ${engine}`);
  return line.trim().split(' ')[1] ?? '';
}

function hasVersion(engine: NativeEngine, path: string): boolean {
  const { stdout } = spawnSync(path, programs[engine].args, { encoding: 'utf8' });
  return stdout?.trim() === wantedVersion(engine);
}
