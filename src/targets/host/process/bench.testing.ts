import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { Json } from '../../../model/json.ts';
import type { ProjectConfig } from '../../../model/config.ts';
import type { Desired, Live, Manifest, Observation } from '../../../model/resource.ts';
import type { Health } from '../../../model/status.ts';
import { systemClock } from '../../../system/clock.ts';
import { createSealer, sha256 } from '../../../system/hasher.ts';
import { systemRandom } from '../../../system/random.ts';
import { openProcessTable, openSentinel } from '../../../system/processes.ts';
import type { ApplyEffect, Effect, Reference, Target, TargetChange } from '../../target.ts';
import { createHostTarget } from '../host-target.ts';
import { encodeEnvelope } from '../ledger/envelope.ts';
import { carriersOf } from './living.ts';
import type { ProcessRecord } from './record.ts';

/** Whose processes the tests run; another one counts as somebody else. */
export const key: InventoryKey = { application: 'shop', environment: 'dev' };

/** A host target on a state folder of its own, with real processes; `close` leaves none behind. */
export interface Bench {
  readonly folder: string;
  readonly stateDir: string;
  readonly target: Target;
  /** What the target told so far. */
  readonly told: readonly TargetChange[];
  /** Another controller on the same state folder. */
  open(env?: Readonly<Record<string, string>>): Promise<Target>;
  close(): Promise<void>;
}

/** Opens a bench. Closing it ends every process that it started, also of targets that died on the way. */
export async function openBench(env: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-process-')));
  const stateDir = join(folder, 'state');
  const opened: Target[] = [];
  const open = async (own: Readonly<Record<string, string>> = env): Promise<Target> => {
    const target = await openTarget(stateDir, own);
    opened.push(target);
    return target;
  };
  const target = await open();
  const told: TargetChange[] = [];
  target.onChange((change) => told.push(change));
  return {
    folder,
    stateDir,
    target,
    told,
    open,
    close: async () => {
      for (const one of opened) await one.close();
      await endAll(stateDir);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A controller of this state folder, which the caller closes. `env` is added to its PATH. */
export function openTarget(
  stateDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Target> {
  return createHostTarget({
    name: 'here',
    settings: { stateDir },
    clock: systemClock,
    random: systemRandom,
    hash: sha256,
    sealer: createSealer('k1', new Uint8Array(32)),
    env: { PATH: process.env['PATH'] ?? '', ...env },
    warn: (message) => console.error(message),
  });
}

/** A Process as rendering gives it. */
export function manifest(name: string, spec: Json): Manifest {
  const apiVersion = 'host.fairlead.dev/v1alpha1';
  return {
    apiVersion,
    kind: 'Process',
    name,
    namespace: '',
    body: { apiVersion, kind: 'Process', metadata: { name }, spec },
    origin: { file: `app/${name}.yaml`, line: 3 },
  };
}

/** A program in this very Node. */
export function node(program: string): string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', '-e', program];
}

/** A program that runs until it is ended. */
export const forever = node('setInterval(() => {}, 1000)');

/** What is wanted of one manifest. @throws FairleadError as `Target.prepare` refuses it */
export async function prepare(
  target: Target,
  one: Manifest,
  project: ProjectConfig | null = null,
): Promise<Desired> {
  const prepared = await target.prepare([one], { key, project });
  if (!prepared.ok) throw prepared.error;
  const [desired] = prepared.value;
  if (desired === undefined) throw new Error('nothing was prepared');
  return desired;
}

/** What a look refers to. @param uid what the inventory has recorded; default: nothing */
export function referenceTo(desired: Desired, uid: string | null = null): Reference {
  return { id: desired.id, locator: desired.locator, uid, desired };
}

/** What the target sees. @param uid what the inventory has recorded; default: nothing */
export async function look(
  target: Target,
  desired: Desired,
  uid: string | null = null,
): Promise<Observation> {
  const [observation] = await target.read(key, [referenceTo(desired, uid)]);
  if (observation === undefined) throw new Error('nothing was read');
  return observation;
}

/** As `look`, for what has to be there. */
export async function lookLive(
  target: Target,
  desired: Desired,
  uid: string | null = null,
): Promise<Live> {
  const observation = await look(target, desired, uid);
  if (observation.kind === 'unreadable') throw new Error(observation.error.message);
  if (observation.kind === 'absent') throw new Error('it is absent');
  return observation.live;
}

/** The health of what is seen now. */
export async function healthNow(target: Target, desired: Desired): Promise<Health> {
  return target.health(await lookLive(target, desired), desired);
}

/** The number of the process that runs. */
export async function pidOf(target: Target, desired: Desired): Promise<number> {
  const { status } = await lookLive(target, desired);
  if (typeof status['pid'] !== 'number') throw new Error(`it is ${JSON.stringify(status)}`);
  return status['pid'];
}

/** An effect that nobody fences and nothing ends before its 30 s. */
export function effectOn(desired: Desired, uid: string | null): Effect {
  return {
    key,
    applicationUid: 'app-1',
    id: desired.id,
    uid,
    locator: desired.locator,
    fence: async () => {},
    signal: new AbortController().signal,
    timeoutMs: 30_000,
  };
}

/** Starts it where `uid` is `null`, else changes what runs. */
export function applying(desired: Desired, uid: string | null): ApplyEffect {
  return { ...effectOn(desired, uid), action: uid === null ? 'create' : 'update', desired };
}

/** Prepares and applies. */
export async function run(
  target: Target,
  one: Manifest,
): Promise<{ desired: Desired; uid: string }> {
  const desired = await prepare(target, one);
  const { uid } = await target.apply(applying(desired, null));
  return { desired, uid };
}

/** Prepares, applies and waits until it is healthy. */
export async function runHealthy(
  target: Target,
  one: Manifest,
): Promise<{ desired: Desired; uid: string }> {
  const made = await run(target, one);
  await until(async () => (await healthNow(target, made.desired)).status === 'Healthy');
  return made;
}

/** Waits until a program has written something to its log. */
export async function untilSaid(path: string, words: string): Promise<string> {
  let text = '';
  await until(async () => {
    text = await readFile(path, 'utf8').catch(() => '');
    return text.includes(words);
  });
  return text;
}

/** Where a process of `key` writes its log unless it names a file. */
export function logOf(bench: Bench, name: string): string {
  return join(bench.stateDir, 'logs', 'shop@dev', `${name}.log`);
}

/** Waits until something holds; fails with what was seen last. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs = 45_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`did not come true within ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether there is such a process that has not ended; a zombie has. */
export function isRunning(pid: number): boolean {
  const sentinel = openSentinel(pid);
  if (sentinel !== null) {
    const alive = sentinel.alive();
    sentinel.close();
    return alive;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The record of a process as it stands on disk. */
export async function recordOf(bench: Bench, name: string): Promise<ProcessRecord> {
  const path = join(bench.stateDir, 'processes', `shop@dev@${name}.json`);
  const text = await readFile(path, 'utf8');
  return JSON.parse(text.split('\n')[1] ?? '') as ProcessRecord;
}

/** Puts other facts into a record, as a crash or another boot would have left them. */
export async function rewriteRecord(
  bench: Bench,
  name: string,
  change: Partial<ProcessRecord>,
): Promise<ProcessRecord> {
  const record = { ...(await recordOf(bench, name)), ...change };
  const path = join(bench.stateDir, 'processes', `shop@dev@${name}.json`);
  await writeFile(`${path}.new`, encodeEnvelope(sha256, 'process', 1, record));
  await rename(`${path}.new`, path);
  return record;
}

/** Numbers of all processes that carry a variable with this value. */
export async function carrying(variable: string, value: string): Promise<readonly number[]> {
  const table = await openProcessTable();
  const found: number[] = [];
  for (const { pid, zombie } of await table.list()) {
    if (!zombie && (await table.environment(pid, variable)) === value) found.push(pid);
  }
  return found;
}

/** A controller in another process, see `controller.testing.ts`. */
interface OtherController {
  /** The UID of what it applied. */
  readonly uid: Promise<string>;
  /** Without giving it any chance. */
  kill(): Promise<void>;
}

/** @param before UID of what it is to replace; default: nothing is there. */
export function startController(stateDir: string, one: Manifest, before = ''): OtherController {
  const script = join(import.meta.dirname, 'controller.testing.ts');
  const child = spawn(process.execPath, [script, stateDir, JSON.stringify(one), before], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  return {
    uid: once(child.stdout, 'data').then(([line]: unknown[]) => String(line).trim()),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Kills what the records of a state folder name. */
async function endAll(stateDir: string): Promise<void> {
  const table = await openProcessTable();
  const folder = join(stateDir, 'processes');
  for (const file of await readdir(folder).catch((): string[] => [])) {
    if (!file.endsWith('.json')) continue;
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    const nonce = /"nonce":"([^"]+)"/.exec(text)?.[1];
    if (nonce === undefined) continue;
    for (const { pid } of await carriersOf(table, nonce)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended in this very moment.
      }
    }
  }
}
