import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runGo } from './go.ts';
import type { Go } from './go.ts';
import { withMemoryMaximum } from './wasm-memory.ts';

/** The Go module of the engines. */
export const moduleFolder = join(import.meta.dirname, '../../engines/render');
/** Most memory that one instance can have, in bytes. */
const maxMemoryBytes = 256 * 2 ** 20;
const kustomizeModule = 'sigs.k8s.io/kustomize/api';

/** Compiles the engines to one WebAssembly module. The same sources and the same Go give the same bytes. */
export function compileEngines(go: Go): Uint8Array {
  const build = join(moduleFolder, '.build');
  prepare(go, build);
  const output = join(build, 'render.wasm');
  const helm = 'helm.sh/helm/v3';
  const helmVersion = moduleVersion(go, helm);
  // As the makers of helm build it: the Kubernetes version that charts see is that of the client it was made with.
  const kubernetesMinor = moduleVersion(go, 'k8s.io/client-go').split('.')[1] ?? '';
  const variables = {
    [`${helm}/internal/version.version`]: helmVersion,
    [`${helm}/pkg/chartutil.k8sVersionMajor`]: '1',
    [`${helm}/pkg/chartutil.k8sVersionMinor`]: kubernetesMinor,
  };
  const set = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ['-modfile=.build/go.mod', '-buildmode=c-shared', '-trimpath', '-buildvcs=false'];
  const linker = `-s -w -buildid= ${set.join(' ')}`;
  const args = ['build', ...flags, '-ldflags', linker, '-o', output, '.'];
  runGo(go, moduleFolder, args, { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' });
  return withMemoryMaximum(readFileSync(output), maxMemoryBytes);
}

/**
 * Copies Kustomize's module, as go.sum vouches for it, and puts our files in the place of those that start programs.
 */
function prepare(go: Go, build: string): void {
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build);
  for (const file of ['go.mod', 'go.sum']) cpSync(join(moduleFolder, file), join(build, file));
  const downloaded = JSON.parse(
    runGo(go, moduleFolder, ['mod', 'download', '-json', kustomizeModule]),
  ) as { readonly Dir: string };
  const copy = join(build, 'kustomize-api');
  cpSync(downloaded.Dir, copy, { recursive: true });
  // The module cache is read-only, and so is a copy of it.
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  chmodSync(copy, 0o755);
  cpSync(join(moduleFolder, '_replaced/kustomize-api'), copy, { recursive: true });
  const replace = `-replace=${kustomizeModule}=./.build/kustomize-api`;
  runGo(go, moduleFolder, ['mod', 'edit', replace, '.build/go.mod']);
}

function moduleVersion(go: Go, module: string): string {
  return runGo(go, moduleFolder, ['list', '-m', '-f', '{{.Version}}', module]).trim();
}
