import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runGo } from './go.ts';
import type { Go } from './go.ts';
import { helmLinkerFlags } from './helm-flags.ts';
import { startState } from './start-state.ts';
import { generateMethods } from './methods.ts';
import { patchKustomize } from './patch-kustomize.ts';
import { withGlobalsExported, withMemoryMaximum, withState } from './wasm-state.ts';

/** The Go module of the engines. */
const moduleFolder = join(import.meta.dirname, '../../engines/render');
/** Most memory that one instance can have, in bytes. */
const maxMemoryBytes = 256 * 2 ** 20;
const kustomizeModule = 'sigs.k8s.io/kustomize/api';
/** The release of the program with this engine; `buildMetadata: [managedByLabel]` writes it. */
const kustomizeRelease = 'v5.8.1';

/**
 * Compiles the engines to one WebAssembly module that starts warm: with the state in it that they have after a first
 * render. The same sources and the same Go give the same bytes.
 */
export async function compileEngines(go: Go): Promise<Uint8Array> {
  const build = join(moduleFolder, '.build');
  prepare(go, build);
  const output = join(build, 'render.wasm');
  const flags = ['-modfile=.build/go.mod', '-buildmode=c-shared', '-trimpath', '-buildvcs=false'];
  const release = `-X ${kustomizeModule}/provenance.version=${kustomizeRelease}`;
  // The host must know where the runtime's heap ends, which the runtime keeps to itself.
  const linker = `-s -w -buildid= -checklinkname=0 ${release} ${helmLinkerFlags(go, moduleFolder)}`;
  const overlay = generateMethods(go, moduleFolder, build);
  const args = ['build', ...flags, '-overlay', overlay, '-ldflags', linker, '-o', output, '.'];
  runGo(go, moduleFolder, args, { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' });
  const cold = withMemoryMaximum(withGlobalsExported(readFileSync(output)), maxMemoryBytes);
  return withState(cold, await startState(Uint8Array.from(cold)));
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
  patchKustomize(copy);
  const replace = `-replace=${kustomizeModule}=./.build/kustomize-api`;
  runGo(go, moduleFolder, ['mod', 'edit', replace, '.build/go.mod']);
}
