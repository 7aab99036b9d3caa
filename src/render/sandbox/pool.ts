import { availableParallelism } from 'node:os';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { toFairleadError } from '../../model/error.ts';
import type { Clock } from '../../system/clock.ts';
import { engineBroken, renderMemory, renderTimeout } from '../errors.ts';
import { startMember } from './member.ts';
import type { Member, Outcome } from './member.ts';
import { loadEngine } from './module.ts';
import type { EngineFiles, EngineRequest, EngineResponse } from './protocol.ts';

/** One render: what is asked, and all that it may see. */
export interface SandboxJob {
  readonly request: EngineRequest;
  readonly files: EngineFiles;
  /** Renders of another project find nothing of this one's in memory. */
  readonly project: string;
  /** Wall clock that templates see. */
  readonly clockMs: number;
  /** 32 bytes that all that templates draw at random follows from. */
  readonly entropy: Uint8Array;
  /** From the moment that it runs, waiting not counted. */
  readonly timeoutMs: number;
  /** What is rendered, for errors. */
  readonly resource: string;
}

/** Runs the engines apart from this process's files, network and memory. */
export interface Sandbox extends AsyncDisposable {
  /** Gives what the engine answers, or why there is no answer; a render that goes wrong concerns no other. */
  render(job: SandboxJob): Promise<Result<EngineResponse>>;
  /** Threads that are there now. */
  readonly workers: number;
}

export interface SandboxOptions {
  readonly clock: Clock;
  /** Where the decompressed module is kept between runs; `null`: nowhere. */
  readonly cacheDirectory: string | null;
  /** Most threads. Default: one less than processors, from 1 to 4. */
  readonly maxWorkers?: number;
  /** Threads end when nothing was rendered for this long. Default 15 000. */
  readonly idleMs?: number;
  /** The compiled module is let go when nothing was rendered for this long. Default 300 000. */
  readonly forgetMs?: number;
}

/** Most bytes of documents that one render may give. */
const maxOutputBytes = 64 * 2 ** 20;
/** The memory that the module may have, as its build says, and from which on it is taken to be full. */
const nearlyFullBytes = 240 * 2 ** 20;
/** An instance that has grown to this is replaced, because memory does not shrink. */
const worthReplacingBytes = 128 * 2 ** 20;

interface Waiting {
  readonly job: SandboxJob;
  readonly settle: (result: Result<EngineResponse>) => void;
}

interface Place {
  readonly member: Member;
  project: string | null;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  return new Pool(options);
}

class Pool implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #maxWorkers: number;
  readonly #queue: Waiting[] = [];
  readonly #idle: Place[] = [];
  #busy = 0;
  #module: Promise<WebAssembly.Module> | null = null;
  #rest: AbortController | null = null;
  #closed = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    const cores = availableParallelism();
    this.#maxWorkers = options.maxWorkers ?? Math.max(1, Math.min(4, cores - 1));
  }

  get workers(): number {
    return this.#idle.length + this.#busy;
  }

  render(job: SandboxJob): Promise<Result<EngineResponse>> {
    if (this.#closed) throw new Error('the sandbox is closed');
    return new Promise((settle) => {
      this.#queue.push({ job, settle });
      this.#rest?.abort();
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#rest?.abort();
    await this.#endIdle();
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#busy < this.#maxWorkers) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#busy += 1;
      void this.#serve(waiting).finally(() => {
        this.#busy -= 1;
        this.#next();
        if (this.#busy === 0) void this.#settleDown();
      });
    }
  }

  async #serve({ job, settle }: Waiting): Promise<void> {
    try {
      const place = await this.#place(job.project);
      // Charts draw on the runtime's generator, so each starts from the same state.
      const fresh = job.request.op === 'helm' || (place.project ?? job.project) !== job.project;
      place.project = job.project;
      const { result, usable } = await this.#run(place.member, job, fresh);
      if (usable && !this.#closed) this.#idle.push(place);
      else await place.member.end();
      settle(result);
    } catch (thrown) {
      settle(failure(toFairleadError(thrown)));
    }
  }

  /** An idle thread, one that last rendered for the same project if there is one; else a new one. */
  async #place(project: string): Promise<Place> {
    const same = this.#idle.findIndex((one) => one.project === project);
    const [found] = this.#idle.splice(same < 0 ? this.#idle.length - 1 : same, 1);
    if (found !== undefined) return found;
    this.#module ??= loadEngine(this.#options.cacheDirectory);
    try {
      return { member: startMember(await this.#module), project: null };
    } catch (thrown) {
      this.#module = null;
      throw thrown;
    }
  }

  async #run(
    member: Member,
    job: SandboxJob,
    fresh: boolean,
  ): Promise<{ readonly result: Result<EngineResponse>; readonly usable: boolean }> {
    const { clockMs, entropy, resource, timeoutMs } = job;
    const seed = Buffer.from(entropy).readUInt32LE(0);
    const request = JSON.stringify({ ...job.request, seed, maxOutputBytes });
    const over = new AbortController();
    const late = this.#options.clock.sleep(timeoutMs, over.signal).then(() => null);
    const outcome = await Promise.race([
      member.run({ request, clockMs, entropy, fresh }, job.files),
      late,
    ]);
    over.abort();
    if (outcome === null) {
      const message = `${resource} was not rendered within ${timeoutMs} ms.`;
      return { result: failure(renderTimeout({ message, resource })), usable: false };
    }
    if (outcome.kind === 'broken') return { result: broken(outcome, resource), usable: false };
    const text = Buffer.from(outcome.response).toString('utf8');
    const response = JSON.parse(text) as EngineResponse;
    return { result: success(response), usable: outcome.memoryBytes < worthReplacingBytes };
  }

  /** Lets the threads go after a while, and later the module. */
  async #settleDown(): Promise<void> {
    const rest = new AbortController();
    this.#rest?.abort();
    this.#rest = rest;
    const { clock, idleMs = 15_000, forgetMs = 300_000 } = this.#options;
    await clock.sleep(idleMs, rest.signal);
    if (rest.signal.aborted) return;
    await this.#endIdle();
    await clock.sleep(Math.max(0, forgetMs - idleMs), rest.signal);
    if (!rest.signal.aborted) this.#module = null;
  }

  async #endIdle(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ member }) => member.end()));
  }
}

function broken(
  { said, memoryBytes }: Extract<Outcome, { kind: 'broken' }>,
  resource: string,
): Result<never> {
  if (memoryBytes >= nearlyFullBytes) {
    const message = `${resource} needs more memory than a render may have (256 MiB).`;
    return failure(renderMemory({ message, resource }));
  }
  const first = said.split('\n').find((line) => line !== '') ?? '';
  return failure(engineBroken({ message: `rendering ${resource} broke off: ${first}`, resource }));
}
