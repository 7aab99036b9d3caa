import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executePlan } from '../../apply/execute.ts';
import { plainWaits } from '../../apply/waits.ts';
import { observe, referencesFor } from '../../apply/observe.ts';
import { toFairleadError } from '../../model/error.ts';
import type { ErrorRecord, FairleadError } from '../../model/error.ts';
import type { ProjectConfig } from '../../model/config.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import type { Desired, Live, Manifest, Observation } from '../../model/resource.ts';
import { unwrap } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { createPlan } from '../../plan/plan.ts';
import type { Planned } from '../../plan/plan.ts';
import { systemClock } from '../../system/clock.ts';
import type { Clock } from '../../system/clock.ts';
import { createSealer, sha256 } from '../../system/hasher.ts';
import { systemRandom } from '../../system/random.ts';
import type { ApplyEffect, Effect, Target } from '../target.ts';
import { createHostTarget } from './host-target.ts';
import { hostApiVersion } from './manifest.ts';

/** Whose resources the tests release; another one counts as somebody else. */
export const key: InventoryKey = { application: 'shop', environment: 'dev' };

/** The real host target on a temporary folder, with what a reconcile does to one application. */
export interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly target: Target;
  /** A path below the temporary folder. */
  path(name: string): string;
  /** What the controller's environment holds; tests change it. */
  readonly env: Record<string, string>;
  /** Another controller of the same place. */
  open(): Promise<Target>;
  prepare(...manifests: readonly Manifest[]): Promise<Result<readonly Desired[]>>;
  one(manifest: Manifest): Promise<Desired>;
  look(desired: Desired): Promise<Observation>;
  live(desired: Desired): Promise<Live>;
  /** Plans from what the inventory and the machine say. */
  plan(...manifests: readonly Manifest[]): Promise<Result<Planned>>;
  /** Plans and carries out. */
  release(...manifests: readonly Manifest[]): Promise<Released>;
}

interface Released {
  readonly plan: Plan;
  readonly error: ErrorRecord | null;
  /** How each change ended: "update done". */
  readonly results: readonly string[];
}

interface BenchOptions {
  readonly project?: ProjectConfig;
  /** Time limit of one effect. Default 20 s. */
  readonly applyMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Opens a bench; disposing of it closes all targets and removes the folder. */
export async function createBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-host-'));
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const opened: Target[] = [];
  const open = async (): Promise<Target> => {
    const target = await createHostTarget({
      name: 'here',
      settings: { stateDir: join(folder, 'state') },
      clock: options.clock ?? systemClock,
      random: systemRandom,
      hash: sha256,
      sealer: createSealer('k1', new Uint8Array(32)),
      env,
      warn: () => {},
    });
    opened.push(target);
    return target;
  };
  const target = await open();
  const revision = [{ source: '', commit: 'a'.repeat(40), tree: 'b'.repeat(40) }];

  const prepare: Bench['prepare'] = (...manifests) =>
    target.prepare(manifests, { key, project: options.project ?? null });
  const look: Bench['look'] = async (desired) => {
    const reference = { id: desired.id, locator: desired.locator, uid: null, desired };
    const [observation] = await target.read(key, [reference]);
    if (observation === undefined) throw new Error('no answer');
    return observation;
  };
  const planFor = async (desired: readonly Desired[]): Promise<Result<Planned>> => {
    const inventory = await target.ledger.load(key);
    return createPlan({
      ...key,
      target: 'here',
      targetUid: target.uid,
      revision,
      desired,
      inventory,
      observations: await observe(target, key, referencesFor(desired, inventory)),
      policy: {
        prune: true,
        allowEmpty: true,
        maxPrunePercent: 100,
        ephemeral: true,
        removal: null,
        takeBack: new Set(),
      },
      hash: sha256,
    });
  };

  return {
    folder,
    target,
    env,
    open,
    prepare,
    look,
    path: (name) => join(folder, 'live', name),
    one: async (manifest) => {
      const [desired] = unwrap(await prepare(manifest));
      if (desired === undefined) throw new Error('nothing was prepared');
      return desired;
    },
    live: async (desired) => {
      const observation = await look(desired);
      if (observation.kind !== 'present') throw new Error(`it is ${observation.kind}`);
      return observation.live;
    },
    plan: async (...manifests) => planFor(unwrap(await prepare(...manifests))),
    release: async (...manifests) => {
      const desired = unwrap(await prepare(...manifests));
      const { plan, forget, handedOver } = unwrap(await planFor(desired));
      const inventory = await target.ledger.load(key);
      const results: string[] = [];
      const { error } = await executePlan({
        clock: systemClock,
        waits: plainWaits(systemClock),
        hash: sha256,
        target,
        key,
        identity: {
          ...key,
          applicationUid: 'app-1',
          installation: 'here',
          repository: 'file:///repository',
          release: `r${inventory?.epoch ?? 0}`,
        },
        plan,
        forget,
        handedOver,
        desired,
        inventory,
        storedEpoch: inventory?.epoch ?? null,
        approved: new Set(plan.changes.map(({ digest }) => digest)),
        timeouts: { applyMs: options.applyMs ?? 20_000, healthMs: 5_000 },
        holdKeys: [key],
        signal: new AbortController().signal,
        onStep: ({ action, result }) => {
          if (result !== 'started') results.push(`${action} ${result}`);
        },
        onVerifying: () => {},
      });
      return { plan, error, results };
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A manifest as rendering gives it. It claims to stand in line 3 of `app/NAME.yaml`. */
export function manifestOf(kind: string, name: string, spec: JsonObject): Manifest {
  return {
    apiVersion: hostApiVersion,
    kind,
    name,
    namespace: '',
    body: { apiVersion: hostApiVersion, kind, metadata: { name }, spec },
    origin: { file: `app/${name}.yaml`, line: 3 },
  };
}

/** An effect that nobody fences and nothing ends before its 20 s. */
export function effectOn(desired: Desired, uid: string | null): Effect {
  return {
    key,
    applicationUid: 'app-1',
    id: desired.id,
    uid,
    locator: desired.locator,
    fence: async () => {},
    signal: new AbortController().signal,
    timeoutMs: 20_000,
  };
}

/** Makes it where `uid` is `null`, else changes what is there. */
export function applyEffect(desired: Desired, uid: string | null): ApplyEffect {
  return { ...effectOn(desired, uid), action: uid === null ? 'create' : 'update', desired };
}

/** "create Directory/a": what a plan does, in its order. */
export function steps({ changes }: Plan): readonly string[] {
  return changes.map(({ action, id }) => `${action} ${id.kind}/${id.name}`);
}

/** What a promise is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<FairleadError> {
  try {
    await promise;
  } catch (thrown) {
    return toFairleadError(thrown);
  }
  throw new Error('it was not refused');
}
