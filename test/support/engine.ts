import { existsSync, readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConfigLoader } from '../../src/config/loader.ts';
import type { TargetConfig } from '../../src/model/config.ts';
import type { Api } from '../../src/control/api.ts';
import { createEngine } from '../../src/reconcile/create-engine.ts';
import type { Engine } from '../../src/reconcile/engine.ts';
import type { EngineOptions, EnginePorts } from '../../src/reconcile/ports.ts';
import { createRendererRegistry } from '../../src/render/registry.ts';
import type { EngineTools } from '../../src/render/sandbox/render.ts';
import { openGit } from '../../src/source/git.ts';
import { createMirrorPool } from '../../src/source/mirror-pool.ts';
import { openMirrorSource } from '../../src/source/mirror-source.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { systemClock } from '../../src/system/clock.ts';
import { checkHealth } from '../../src/system/health-checker.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { systemPacker } from '../../src/system/packer.ts';
import { systemRandom } from '../../src/system/random.ts';
import { openTarget } from '../../src/targets/registry.ts';
import type { Target } from '../../src/targets/target.ts';
import { createTestRepository, temporaryFolder, type Files, type TestRepository } from './git.ts';
import { sourceConfig } from './source.ts';

/** The real engine over a real repository, store and host target, all in temporary folders. */
export interface EngineBench extends AsyncDisposable {
  readonly engine: Engine;
  readonly api: Api;
  readonly store: Store;
  readonly repository: TestRepository;
  /** Commits, fetches, and waits until nothing waits or runs. */
  push(files: Files): Promise<string>;
  /** Looks at one application again, and waits until nothing waits or runs. */
  look(id: string): Promise<void>;
  /** State, `sync` and health of an application in a line. */
  state(id: string): string;
  /** Where the file of that name is. */
  path(name: string): string;
  /** Content of a live file; `null` when it is not there. */
  read(name: string): string | null;
  /** Writes a live file behind the controller's back. */
  edit(name: string, content: string): Promise<void>;
  /** Ends the controller and starts another one on the same state and targets; it looks at everything. */
  restart(): Promise<void>;
  /** The repository is gone. */
  vanish(): Promise<void>;
  /** Where everything is: mirrors, inventories, live files, the store. */
  readonly folder: string;
  /** A manifest of a file, for a commit. */
  file(name: string, content: string): string;
  /** The target that applications go to, as another controller sees it. */
  readonly target: Target;
}

interface EngineBenchOptions {
  /** Puts something between the engine and its store or target: a fault. */
  readonly store?: (store: Store) => Store;
  readonly target?: (target: Target) => Target;
  readonly engine?: Partial<EngineOptions>;
  /** Opens targets of the configuration. Default: a host target in the bench's folder. */
  readonly openTarget?: (config: TargetConfig) => Promise<Target>;
  /** What the controller has in its environment, beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (message: string, facts?: unknown) => void;
  /** Follows a repository that is there already, as a controller does that is started again. Default: one of its own. */
  readonly repository?: TestRepository;
  /** What renders charts and kustomizations. Default: they are refused. */
  readonly engines?: EngineTools;
}

export async function createEngineBench(options: EngineBenchOptions = {}): Promise<EngineBench> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...options.env };
  const folder = temporaryFolder('fairlead-engine-');
  const repository = options.repository ?? createTestRepository();
  const git = await openGit({ environment: env, clock: systemClock });
  const pool = createMirrorPool({ directory: join(folder, 'mirrors'), git, clock: systemClock });
  const store = await openSqliteStore({ file: join(folder, 'fairlead.db') });
  const registry = createRendererRegistry(systemClock, options.engines);
  const opened: Target[] = [];
  const openHost = async (name: string): Promise<Target> => {
    const target = await openTarget('host', {
      name,
      settings: { stateDir: join(folder, 'state') },
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
  const log = options.log ?? (() => {});
  const ports: EnginePorts = {
    clock: systemClock,
    random: systemRandom,
    hash: sha256,
    packer: systemPacker,
    store: options.store?.(store) ?? store,
    openSource: (config) =>
      openMirrorSource({ config, pool, clock: systemClock, environment: env }),
    openTarget: async (config) => {
      const target = await (options.openTarget?.(config) ?? openHost(config.name));
      return options.target?.(target) ?? target;
    },
    renderer: (tree, path) => registry.select(tree, path),
    loadConfig: createConfigLoader(),
    checkHealth,
    log: { debug: log, info: log, warn: log, error: log },
  };
  const engineOptions: EngineOptions = {
    version: '0.0.0',
    installation: 'bench',
    repository: sourceConfig({ name: '', url: repository.directory, intervalMs: 50 }),
    concurrency: 8,
    readOnlyReason: '',
    only: null,
    continuous: false,
    verifyEveryMs: 21_600_000,
    ...options.engine,
  };
  let engine = createEngine(ports, engineOptions);
  const path = (name: string): string => join(folder, 'live', name);
  const runtime = (id: string) => {
    const found = engine.applications.get(id);
    if (found === undefined) throw new Error(`the engine knows no ${id}`);
    return found;
  };
  if (options.repository === undefined) repository.commit({ 'README.md': 'test\n' });
  await engine.start();
  return {
    get engine() {
      return engine;
    },
    get api() {
      return engine.api;
    },
    store,
    repository,
    target: await openHost('here'),
    push: async (files) => {
      const commit = repository.commit(files);
      await engine.once(new AbortController().signal);
      return commit;
    },
    restart: async () => {
      await engine.stop();
      engine = createEngine(ports, engineOptions);
      await engine.start();
      await engine.once(new AbortController().signal);
    },
    look: async (id) => {
      engine.trigger(id, 'manual');
      await engine.queue.idle();
    },
    state: (id) => {
      const { status, seen } = runtime(id);
      return `${status.state}, ${seen.sync}, ${seen.health.status}`;
    },
    path,
    read: (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : null),
    edit: (name, content) => writeFile(path(name), content),
    vanish: () => rename(repository.directory, join(folder, 'vanished')),
    folder,
    file: (name, content) => hostDocument('File', name, { path: path(name), content }),
    [Symbol.asyncDispose]: async () => {
      await engine.stop();
      for (const target of opened) await target.close();
      await pool.close();
      await store.close();
      if (options.repository === undefined) repository.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A manifest for the host target, for a commit. `wave`: default 0. */
export function hostDocument(
  kind: string,
  name: string,
  spec: Readonly<Record<string, unknown>>,
  wave?: number,
): string {
  const annotations = wave === undefined ? {} : { 'fairlead.dev/wave': String(wave) };
  const metadata = { name, annotations };
  return JSON.stringify({ apiVersion: 'host.fairlead.dev/v1alpha1', kind, metadata, spec });
}

/** A manifest of a process that ends at once, with code 3, and is never healthy. */
export function failingProcess(name: string): string {
  return hostDocument('Process', name, { argv: ['/bin/sh', '-c', 'exit 3'], restart: 'never' });
}

/** A configuration with target `here`, environment `dev`, and these applications (name → further fields of `spec`). */
export function configuration(
  applications: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  environment: Readonly<Record<string, unknown>> = {},
): string {
  const document = (kind: string, name: string, spec: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name }, spec });
  return [
    document('Target', 'here', { host: {} }),
    document('Environment', 'dev', { targets: ['here'], sync: 'auto', ...environment }),
    ...Object.entries(applications).map(([name, spec]) =>
      document('Application', name, { path: name, environments: ['dev'], ...spec }),
    ),
  ].join('\n---\n');
}
