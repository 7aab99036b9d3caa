import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { errorFromRecord } from '../../../model/error.ts';
import { failure } from '../../../model/result.ts';
import type { Result } from '../../../model/result.ts';
import { notNeeded } from '../../../model/not-needed.ts';
import type { Clock } from '../../../system/clock.ts';
import { collectGarbage } from '../../../system/garbage.ts';
import { engineLost } from '../../errors.ts';
import type { Foreseen } from '../protocol.ts';
import { readResponses } from '../sandbox.ts';
import type { RawSandbox, Sandbox, SandboxJob } from '../sandbox.ts';
import type { FromProcess, ProcessStart, ToProcess } from './messages.ts';

interface SandboxProcessOptions extends ProcessStart {
  readonly clock: Clock;
  /** The process ends when nothing was rendered for this long. Default 15 000. */
  readonly idleMs?: number;
}

/** Heap of the process beside the engines' own memory, which is bounded in the module; and of its young objects. */
const flags = [
  '--max-old-space-size=192',
  '--max-semi-space-size=2',
  // Each function of the module is checked when it is compiled, before its first call, in place of all of them at the start.
  '--wasm-lazy-validation',
];
/** One heap of the C library for all threads: what compiled the engines would keep 20 MiB in several. */
const environment = { MALLOC_ARENA_MAX: '1' };
/** Longest end of what the process printed that an error repeats. */
const maxSaid = 500;

/**
 * A sandbox in a process of its own, which is there while something is rendered and some time after. What the engines
 * took is the system's again with its end: in threads, half of it stayed with whoever had started them, split up beyond
 * use. Nor can a fault of the engines, or of what runs them, reach the keys and tokens of this process.
 */
export function createSandboxProcess(options: SandboxProcessOptions): ProcessSandbox {
  const raw = new SandboxProcess(options);
  return Object.defineProperty(readResponses(raw), 'pid', { get: () => raw.pid }) as ProcessSandbox;
}

interface ProcessSandbox extends Sandbox {
  /** Of the process; `null` while there is none. */
  readonly pid: number | null;
}

interface Job {
  readonly job: SandboxJob;
  readonly settle: (result: Result<Uint8Array>) => void;
}

class SandboxProcess implements RawSandbox {
  readonly #options: SandboxProcessOptions;
  readonly #jobs = new Map<number, Job>();
  #child: ChildProcess | null = null;
  #last = 0;
  #rest: AbortController | null = null;
  #closed = false;

  constructor(options: SandboxProcessOptions) {
    this.#options = options;
  }

  get workers(): number {
    return this.#child === null ? 0 : 1;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async render(job: SandboxJob): Promise<Result<Uint8Array>> {
    if (this.#closed) throw new Error('the sandbox is closed');
    this.#last += 1;
    const id = this.#last;
    this.#rest?.abort(notNeeded);
    const done = new Promise<Result<Uint8Array>>((settle) => this.#jobs.set(id, { job, settle }));
    const child = (this.#child ??= this.#start());
    child.ref();
    child.channel?.ref();
    const foreseen = await foresee(job);
    const { files: _, ...rest } = job;
    // The process may have ended meanwhile, and the job with it.
    if (this.#jobs.has(id)) tell(child, { kind: 'render', id, job: rest, foreseen });
    return done;
  }

  foresee(): void {
    if (this.#closed || this.#child !== null) return;
    this.#child = this.#start();
    void this.#settleDown(this.#child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#rest?.abort(notNeeded);
    await this.#end();
  }

  #start(): ChildProcess {
    const { cacheDirectory, maxWorkers } = this.#options;
    const start: ProcessStart = {
      cacheDirectory,
      ...(maxWorkers === undefined ? {} : { maxWorkers }),
    };
    const compileCache = getCompileCacheDir();
    const child = fork(
      fileURLToPath(new URL('./serve.ts', import.meta.url)),
      [JSON.stringify(start)],
      {
        // Nothing of this process's environment or options concerns it.
        env: { ...environment, ...(compileCache && { NODE_COMPILE_CACHE: compileCache }) },
        execArgv: [...flags, '--disable-warning=ExperimentalWarning'],
        serialization: 'advanced',
        // Of its own, so that an interrupt at the terminal is for this process to handle.
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    let said = '';
    const errors = child.stderr as Socket;
    errors.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-maxSaid);
    });
    errors.unref();
    child.on('message', (message: FromProcess) => void this.#hear(child, message));
    child.on('error', (thrown) => this.#lose(child, thrown.message));
    child.on('exit', (code, signal) => {
      this.#lose(child, `the process ended with ${signal ?? code}. ${said}`.trim());
    });
    return child;
  }

  async #hear(child: ChildProcess, message: FromProcess): Promise<void> {
    const found = this.#jobs.get(message.id);
    if (found === undefined) return;
    const { files } = found.job;
    if (message.kind === 'ask') {
      const answer = await files.ask(message.question, message.path);
      tell(child, { kind: 'answer', ask: message.ask, answer });
      return;
    }
    for (const index of message.used) files.use(index);
    this.#jobs.delete(message.id);
    const { result } = message;
    found.settle(result.ok ? result : failure(errorFromRecord(result.error)));
    if (this.#jobs.size === 0) void this.#settleDown(child);
  }

  /** All that was under way in a process that is gone has failed, and may be tried again. */
  #lose(child: ChildProcess, said: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { job, settle } of jobs) {
      const { resource } = job;
      settle(failure(engineLost({ message: `rendering ${resource}: ${said}`, resource })));
    }
  }

  /** Lets the process go after a while. Until then it does not keep this one alive. */
  async #settleDown(child: ChildProcess): Promise<void> {
    child.unref();
    child.channel?.unref();
    const rest = new AbortController();
    this.#rest?.abort(notNeeded);
    this.#rest = rest;
    await this.#options.clock.sleep(this.#options.idleMs ?? 15_000, rest.signal);
    if (rest.signal.aborted) return;
    await this.#end();
    // Whoever renders much has much else to do with it; what that left would stay for hours.
    collectGarbage();
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.ref();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    this.#lose(child, 'the sandbox was closed');
    await ended;
  }
}

function tell(child: ChildProcess, message: ToProcess): void {
  // Where it cannot be told any more, its end is told here.
  if (child.connected) child.send(message, () => {});
}

/** Looking ahead must not fail: what cannot be read is seen again when it is asked. */
async function foresee({ files }: SandboxJob): Promise<readonly Foreseen[]> {
  try {
    return await files.foresee();
  } catch {
    return [];
  }
}
