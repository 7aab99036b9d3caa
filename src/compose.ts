import { join } from 'node:path';
import type { Api } from './control/api.ts';
import { createConfigLoader } from './config/loader.ts';
import type { SourceAuth, SourceConfig, TargetConfig, VerifyConfig } from './model/config.ts';
import { showFacts } from './model/facts.ts';
import type { Facts } from './model/facts.ts';
import type { InventoryKey } from './model/inventory.ts';
import { createEngine } from './reconcile/create-engine.ts';
import type { Engine } from './reconcile/engine.ts';
import { configurationSetting } from './reconcile/configuration.ts';
import type { EngineLog } from './reconcile/ports.ts';
import { letAct } from './reconcile/read-only.ts';
import { openRenderCache, renderVersion } from './render/cache/cache.ts';
import type { RenderCache } from './render/cache/cache.ts';
import { startEnginesWith } from './render/engines-ahead.ts';
import { createRendererRegistry } from './render/registry.ts';
import { readEngineDigest } from './render/sandbox/module.ts';
import { createSandboxProcess } from './render/sandbox/process/sandbox-process.ts';
import { openChartSource } from './source/chart/chart-source.ts';
import { openGit } from './source/git.ts';
import type { Git } from './source/git.ts';
import { openLocalSource } from './source/local.ts';
import type { LocalSource } from './source/local.ts';
import { createMirrorPool } from './source/mirror-pool.ts';
import { openMirrorSource } from './source/mirror-source.ts';
import { defaultCacheDir } from './state/location.ts';
import { openState } from './state/state.ts';
import type { State } from './state/state.ts';
import { readSetting } from './state/setting.ts';
import { systemClock } from './system/clock.ts';
import { checkHealth } from './system/health-checker.ts';
import { sha256 } from './system/hasher.ts';
import { systemPacker } from './system/packer.ts';
import { systemRandom } from './system/random.ts';
import { openTarget } from './targets/registry.ts';
import type { Ledger } from './targets/target.ts';
import { version } from './version.ts';

/** The composition root: puts the real clock, Git, store and targets behind the engine's ports. */

/** What is opened, and what may be done with it. */
type OpenOptions = (FollowRepository | WorkFromCheckout) & {
  readonly stateDir: string;
  /** Only these `application@environment`, application or `@environment` names. */
  readonly only?: readonly string[] | undefined;
  /** Whether sources are polled and targets watched. Default: for a controller. */
  readonly continuous?: boolean | undefined;
  /** Act on a restored state, and on what another installation released, without waiting for `activate`. */
  readonly takeOver?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log?: EngineLog | undefined;
  readonly onWarning: (message: string) => void;
};

/** Follows a repository that holds the configuration. */
interface FollowRepository {
  readonly mode: 'controller';
  readonly repository: RepositoryOptions;
}

/** Works once from a folder on this machine. */
interface WorkFromCheckout {
  readonly mode: 'checkout';
  /** A folder in the checkout. Absolute. */
  readonly directory: string;
  /** Include changes that are not committed. Default false. */
  readonly worktree?: boolean | undefined;
  /** Whether anything may be changed; then the state folder is locked. Default false. */
  readonly write?: boolean | undefined;
}

/** A repository with the configuration, as the command line names it. */
export interface RepositoryOptions {
  readonly url: string;
  /** Branch; `null`: the remote's default. */
  readonly ref: string | null;
  /** Default 60 000. */
  readonly intervalMs?: number | undefined;
  readonly allowForcedPush?: boolean | undefined;
  /** Default `null`: as Git is set up on this machine. */
  readonly auth?: SourceAuth | null | undefined;
  /** Default `null`: signatures are not looked at. */
  readonly verify?: VerifyConfig | null | undefined;
}

/** The engine with the real world behind it. Whoever opens one closes it. */
export interface Controller {
  readonly api: Api;
  /** Follows everything until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Of `checkout`: looks at every application, so that `api` can say how each is; changes nothing. */
  look(): Promise<void>;
  /** Fetches and reconciles everything once. */
  once(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Applications reconciled at the same time. They wait for disks and processes as much as for this process. */
const concurrency = 16;
const verifyEveryMs = 6 * 3_600_000;

/** @throws FairleadError when the state folder, Git or the checkout cannot be used. */
export async function openController(options: OpenOptions): Promise<Controller> {
  const git = await openGit({ environment: options.env, clock: systemClock });
  const readOnly = options.mode === 'checkout' && options.write !== true;
  const cacheDirectory = defaultCacheDir(options.env);
  const state = await openState({ directory: options.stateDir, readOnly, cacheDirectory });
  try {
    return await compose(options, git, state);
  } catch (thrown) {
    await state.close();
    throw thrown;
  }
}

async function compose(options: OpenOptions, git: Git, state: State): Promise<Controller> {
  const pool = createMirrorPool({ directory: state.mirrorsDirectory, git, clock: systemClock });
  const { local, repository } = await openConfiguration(options, git);
  const cacheDirectory = defaultCacheDir(options.env);
  const sandbox = createSandboxProcess({ clock: systemClock, cacheDirectory });
  const cache = await openCache(state);
  const registry = createRendererRegistry(systemClock, { sandbox, seedOf: state.seedOf }, cache);
  const engine = createEngine(
    {
      clock: systemClock,
      random: systemRandom,
      hash: sha256,
      packer: systemPacker,
      store: state.store,
      openSource: async (config) => {
        if (config.name === '' && local !== null) return local;
        const dependencies = { pool, clock: systemClock, environment: options.env };
        const { chart } = config;
        if (chart === undefined) return openMirrorSource({ ...dependencies, config });
        const directory = join(state.mirrorsDirectory, 'charts');
        return openChartSource({ ...dependencies, config: { ...config, chart }, directory });
      },
      openTarget: async (config) =>
        openTarget(config.driver, {
          name: config.name,
          settings: config.settings,
          clock: systemClock,
          random: systemRandom,
          hash: sha256,
          sealer: state.sealer,
          env: options.env,
          warn: options.onWarning,
        }),
      renderer: (tree, path) => registry.select(tree, path),
      loadConfig: startEnginesWith(createConfigLoader(local?.prefix ?? ''), { sandbox, cache }),
      checkHealth,
      log: options.log ?? warningsOnly(options.onWarning),
    },
    {
      version,
      installation: state.installation,
      repository,
      concurrency,
      readOnlyReason:
        state.restored && options.takeOver !== true
          ? `the state folder was restored or lost its database; ${letAct}`
          : '',
      takeOver: options.takeOver,
      only: options.only ?? null,
      continuous: options.continuous ?? options.mode === 'controller',
      verifyEveryMs,
    },
  );
  if (options.takeOver === true) await state.clearRestored();
  await engine.start();
  if (local !== null) await engine.load();
  return controllerOf(engine, state, async () => {
    await sandbox[Symbol.asyncDispose]();
    await pool.close();
    await local?.close();
  });
}

/** What was rendered is found again after a restart. A command that only looks renders once. */
async function openCache(state: State): Promise<RenderCache | undefined> {
  if (state.rendersDirectory === null) return undefined;
  const { sha256: engine } = await readEngineDigest();
  return openRenderCache({
    folder: state.rendersDirectory,
    secret: state.secret,
    program: `${version} ${renderVersion} ${engine}`,
  });
}

function controllerOf(engine: Engine, state: State, closeSources: () => Promise<void>): Controller {
  let stopped = false;
  const close = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await engine.stop();
    await closeSources();
    await state.close();
  };
  const api: Api = {
    ...engine.api,
    activate: async (request) => {
      await engine.api.activate(request);
      await state.clearRestored();
    },
  };
  return {
    api,
    run: async (signal) => {
      await engine.run(signal);
    },
    look: () => engine.look(),
    once: async (signal) => {
      await engine.once(signal);
    },
    close,
  };
}

/** Where the configuration comes from; `local` is the checkout, where it is one. */
async function openConfiguration(
  options: OpenOptions,
  git: Git,
): Promise<{ readonly local: LocalSource | null; readonly repository: SourceConfig }> {
  if (options.mode === 'controller')
    return { local: null, repository: followed(options.repository) };
  const { directory, worktree = false } = options;
  const local = await openLocalSource({ git, clock: systemClock, directory, worktree });
  return { local, repository: local.config };
}

function followed(repository: RepositoryOptions): SourceConfig {
  return {
    name: '',
    url: repository.url,
    follow: { kind: 'branch', name: repository.ref ?? 'HEAD' },
    intervalMs: repository.intervalMs ?? 60_000,
    allowForcedPush: repository.allowForcedPush ?? false,
    auth: repository.auth ?? null,
    verify: repository.verify ?? null,
    timeoutMs: 120_000,
    origin: { file: '--repo' },
  };
}

function warningsOnly(warn: (message: string) => void): EngineLog {
  const told = (message: string, facts?: Facts): void => warn(showFacts(message, facts));
  return { debug: () => {}, info: () => {}, warn: told, error: told };
}

/** The records at one target, for orders that must work while no controller runs. */
interface OpenLedger {
  readonly target: string;
  readonly ledger: Ledger;
  readonly keys: readonly InventoryKey[];
}

/** Opens the ledgers of the targets that the last good configuration named. Needs no lock and changes no state. */
export async function openLedgers(
  stateDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly OpenLedger[]> {
  const targets = await lastTargets(stateDir);
  const state = await openState({ directory: stateDir, readOnly: true });
  try {
    return await Promise.all(
      targets.map(async ({ name, driver, settings }) => {
        const target = await openTarget(driver, {
          name,
          settings,
          clock: systemClock,
          random: systemRandom,
          hash: sha256,
          sealer: state.sealer,
          env,
          warn: () => {},
        });
        return { target: name, ledger: target.ledger, keys: await target.ledger.list() };
      }),
    );
  } finally {
    await state.close();
  }
}

type StoredTarget = Pick<TargetConfig, 'name' | 'driver' | 'settings'>;

async function lastTargets(stateDir: string): Promise<readonly StoredTarget[]> {
  const stored = await readSetting(stateDir, configurationSetting);
  const targets = stored?.['targets'];
  // Written by this program as it stands; anything else is an older form without targets.
  return Array.isArray(targets) ? targets : [];
}
