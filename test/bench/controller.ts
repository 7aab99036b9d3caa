import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createControlClient } from '../../src/control/client.ts';
import type { Api } from '../../src/control/api.ts';
import type { FairleadEvent } from '../../src/model/event.ts';
import { socketPathOf } from '../../src/state/location.ts';
import { gitEnvironment } from './monorepo.ts';

const stopMs = 20_000;

/** One real controller in a process of its own, so that its CPU and memory are its own. */
export interface BenchController {
  readonly pid: number;
  readonly api: Api;
  /** Wall clock, when the process was asked for. */
  readonly startedAtMs: number;
  /**
   * Resolves once nothing is under way and every application is in sync and healthy. Asks, which the controller has to
   * answer, every `everyMs` (default 25) when it is nearly so, and the less often the longer it will take. @returns wall clock.
   */
  steady(apps: number, withinMs: number, everyMs?: number): Promise<number>;
  /** Ends it by SIGTERM and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ControllerOptions {
  /** See `BenchRun.program`. */
  readonly program: string;
  readonly folder: string;
  readonly repository: string;
  readonly stateDir: string;
  readonly name: string;
  readonly cpuProf: string | null;
  readonly signal: AbortSignal;
}

export async function startController(options: ControllerOptions): Promise<BenchController> {
  const { stateDir, signal } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const logFile = join(options.folder, `${options.name}.log`);
  const log = openSync(logFile, 'a');
  const argv = ['up', '--repo', options.repository, '--state-dir', stateDir, '--no-input'];
  const startedAtMs = now();
  // As a person starts it, with the flags that it gives to Node; the shell in front of it becomes Node.
  const child = spawn(options.program, argv, {
    env: { ...gitEnvironment(), ...profiling(options) },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error('the controller could not be started');
  const api = createControlClient({ socketPath: socketPathOf(stateDir, process.env), signal });
  const fail = (why: string): Error =>
    new Error(`${why}\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
  const steady = async (apps: number, withinMs: number, everyMs = 25): Promise<number> => {
    const deadline = now() + withinMs;
    for (;;) {
      signal.throwIfAborted();
      if (hasEnded(child)) throw fail(`the controller ended with ${child.exitCode}`);
      const status = await api.status().catch(() => null);
      const atMs = now();
      const busy = status?.busy ?? 0;
      const pauseMs = Math.max(everyMs, shareOfRest(apps, busy, atMs - startedAtMs));
      if (status !== null && status.applications === apps && status.busy === 0) {
        const views = await api.applications();
        if (views.every((one) => one.sync === 'Synced' && one.health.status === 'Healthy')) {
          return atMs;
        }
      }
      if (atMs > deadline) throw fail(`not steady after ${withinMs} ms`);
      await sleep(pauseMs);
    }
  };
  return { pid, api, startedAtMs, steady, stop: () => stop(child) };
}

/** Longest time in which nobody looks, in milliseconds. */
const longestPauseMs = 2_000;

/** A quarter of the time that the rest will take, going by what was done until now. */
function shareOfRest(apps: number, busy: number, elapsedMs: number): number {
  const done = Math.max(1, apps - busy);
  const restMs = Math.min((elapsedMs * busy) / done, elapsedMs);
  return Math.min(longestPauseMs, restMs / 4);
}

function profiling({ cpuProf, name }: ControllerOptions): NodeJS.ProcessEnv {
  if (cpuProf === null) return {};
  const file = `--cpu-prof --cpu-prof-dir=${JSON.stringify(cpuProf)} --cpu-prof-name=${name}.cpuprofile`;
  return { NODE_OPTIONS: file };
}

/** Milliseconds of the wall clock, as events carry them, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}

/** All events after `seq`, oldest first. */
export async function eventsAfter(api: Api, seq: number): Promise<readonly FairleadEvent[]> {
  const all: FairleadEvent[] = [];
  for (;;) {
    const page = await api.events({ afterSeq: all.at(-1)?.seq ?? seq, limit: 10_000 });
    all.push(...page);
    if (page.length < 10_000) return all;
  }
}
