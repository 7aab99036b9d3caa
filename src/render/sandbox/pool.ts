import { availableParallelism } from 'node:os';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { toFairleadError } from '../../model/error.ts';
import type { FairleadError } from '../../model/error.ts';
import { collectGarbage } from '../../system/garbage.ts';
import { notNeeded } from '../../model/not-needed.ts';
import type { Clock } from '../../system/clock.ts';
import { engineBroken, engineLost, renderMemory, renderOverdue, renderTimeout } from '../errors.ts';
import { exceedLimit } from './limit.ts';
import { startMember } from './member.ts';
import type { Member, Outcome } from './member.ts';
import { loadEngine } from './module.ts';
import type { EngineModule } from './module.ts';
import type { Foreseen, WorkerJob } from './protocol.ts';
import { readResponses } from './sandbox.ts';
import type { RawSandbox, Sandbox, SandboxJob } from './sandbox.ts';

/** How many threads render, and for how long they stay. */
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
/** How the runtime of Go begins its last words. */
const fatal = 'fatal error: ';
/** A render that takes this long no longer counts as one of `maxWorkers`, so that it does not hold up the others. */
const slowMs = 1_000;
/** Most renders that are let aside like that. */
const maxSlow = 4;
/** An instance that has grown to this is replaced, because memory does not shrink. */
const worthReplacingBytes = 128 * 2 ** 20;

interface Waiting {
  readonly job: SandboxJob;
  readonly settle: (result: Result<Uint8Array>) => void;
  foreseen: Promise<readonly Foreseen[]> | null;
}

interface Place {
  readonly member: Member;
  /** Whose renders the instance may remember; `null`: nobody's. */
  project: string | null;
  /** The last render left something that no other may find. */
  spent: boolean;
}

/** How a render ended, and whether its instance can be used again. */
interface Ran {
  readonly result: Result<Uint8Array>;
  readonly usable: boolean;
  /** It left something that no other may find. */
  readonly spent: boolean;
}

const broken = (error: FairleadError): Ran => ({
  result: failure(error),
  usable: false,
  spent: true,
});

/** A sandbox in threads of this process. */
export function createSandbox(options: SandboxOptions): Sandbox {
  return readResponses(createPool(options));
}

/** The same, for who passes responses on as they are. */
export function createPool(options: SandboxOptions): RawSandbox {
  return new Pool(options);
}

class Pool implements RawSandbox {
  readonly #options: SandboxOptions;
  readonly #maxWorkers: number;
  readonly #queue: Waiting[] = [];
  readonly #idle: Place[] = [];
  /** Renders that run; of those, how many are slow ones. */
  #busy = 0;
  #slow = 0;
  #module: Promise<EngineModule> | null = null;
  /** A thread that starts before anything is to be rendered; `null`: none does, or it has been taken. */
  #first: Promise<Member> | null = null;
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

  render(job: SandboxJob): Promise<Result<Uint8Array>> {
    if (this.#closed) throw new Error('the sandbox is closed');
    return new Promise((settle) => {
      this.#queue.push({ job, settle, foreseen: null });
      this.#rest?.abort(notNeeded);
      this.#next();
    });
  }

  foresee(): void {
    if (this.#closed || this.workers > 0 || this.#first !== null) return;
    this.#first = this.#start();
    // The first render tries again, and says what is wrong.
    this.#first.catch(() => (this.#first = null));
    void this.#settleDown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#rest?.abort(notNeeded);
    await this.#endIdle();
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#busy - this.#slow < this.#maxWorkers) {
      const waiting = this.#queue.shift();
      if (waiting !== undefined) void this.#take(waiting);
    }
    // What comes next is looked up while the threads are busy.
    for (const waiting of this.#queue.slice(0, this.#maxWorkers)) {
      waiting.foreseen ??= foresee(waiting.job);
    }
  }

  async #take(waiting: Waiting): Promise<void> {
    const done = new AbortController();
    let isSlow = false;
    this.#busy += 1;
    void this.#options.clock.sleep(slowMs, done.signal).then(() => {
      if (done.signal.aborted || this.#slow >= maxSlow) return;
      isSlow = true;
      this.#slow += 1;
      this.#next();
    });
    await this.#serve(waiting);
    done.abort(notNeeded);
    this.#busy -= 1;
    if (isSlow) this.#slow -= 1;
    this.#next();
    if (this.#busy === 0) void this.#settleDown();
  }

  async #serve(waiting: Waiting): Promise<void> {
    const { job, settle } = waiting;
    try {
      const foreseen = await (waiting.foreseen ?? foresee(job));
      const place = await this.#place(job.project);
      const isOthers = place.project !== null && place.project !== job.project;
      const isFresh = job.startsAnew === true || place.spent;
      const forget = isOthers ? 'project' : isFresh ? 'renders' : 'nothing';
      place.project = job.project;
      const { result, usable, spent } = await this.#run(place.member, job, { forget, foreseen });
      place.spent = spent;
      const isOneTooMany = this.#idle.length >= this.#maxWorkers;
      if (usable && !this.#closed && !isOneTooMany) this.#idle.push(place);
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
    const first = this.#first;
    this.#first = null;
    return { member: await (first ?? this.#start()), project: null, spent: false };
  }

  async #start(): Promise<Member> {
    this.#module ??= loadEngine(this.#options.cacheDirectory, this.#options.clock);
    // While the engines are read and compiled the thread can start.
    const member = startMember();
    try {
      member.equip(await this.#module);
      return member;
    } catch (thrown) {
      this.#module = null;
      await member.end();
      throw thrown;
    }
  }

  async #run(
    member: Member,
    job: SandboxJob,
    how: Pick<WorkerJob, 'forget' | 'foreseen'>,
  ): Promise<Ran> {
    const { clockMs, entropy, resource, timeoutMs } = job;
    const seed = Buffer.from(entropy).readUInt32LE(0);
    const request = JSON.stringify({ ...job.request, seed, maxOutputBytes });
    const over = new AbortController();
    const { clock } = this.#options;
    const outcome = await Promise.race([
      member.run({ request, clockMs, entropy, ...how }, job.files),
      exceedLimit(clock, timeoutMs, () => member.computedMs(), over.signal),
    ]);
    over.abort(notNeeded);
    if (outcome === 'computing') {
      const message = `${resource} was not rendered within ${timeoutMs} ms.`;
      return broken(renderTimeout({ message, resource }));
    }
    if (outcome === 'waiting') {
      const message = `${resource} was not rendered: the machine let the engine compute less than ${timeoutMs} ms all the while.`;
      return broken(renderOverdue({ message, resource }));
    }
    if (outcome.kind !== 'done') return broken(errorOf(outcome, resource));
    for (const index of outcome.used) job.files.use(index);
    const usable = outcome.memoryBytes < worthReplacingBytes;
    return { result: success(outcome.response), usable, spent: outcome.spent };
  }

  /** Lets the threads go after a while, and later the module. */
  async #settleDown(): Promise<void> {
    const rest = new AbortController();
    this.#rest?.abort(notNeeded);
    this.#rest = rest;
    const { clock, idleMs = 15_000, forgetMs = 300_000 } = this.#options;
    await clock.sleep(idleMs, rest.signal);
    if (rest.signal.aborted) return;
    await this.#endIdle();
    await clock.sleep(Math.max(0, forgetMs - idleMs), rest.signal);
    if (rest.signal.aborted) return;
    this.#module = null;
    collectGarbage();
  }

  async #endIdle(): Promise<void> {
    const first = await this.#first?.catch(() => null);
    this.#first = null;
    await Promise.all([...this.#idle.splice(0).map(({ member }) => member.end()), first?.end()]);
  }
}

/** Looking ahead must not fail: what cannot be read is seen again when it is asked. */
async function foresee({ files }: SandboxJob): Promise<readonly Foreseen[]> {
  try {
    return await files.foresee();
  } catch {
    return [];
  }
}

function errorOf(outcome: Exclude<Outcome, { kind: 'done' }>, resource: string): FairleadError {
  const lines = outcome.said.split('\n').filter((line) => line !== '');
  const said = lines.find((line) => line.startsWith(fatal)) ?? lines[0] ?? '';
  if (outcome.kind === 'lost') {
    return engineLost({ message: `rendering ${resource}: ${said}`, resource });
  }
  if (said.startsWith(`${fatal}out of memory`)) {
    const message = `${resource} needs more memory than a render may have (256 MiB).`;
    return renderMemory({ message, resource });
  }
  return engineBroken({ message: `rendering ${resource} broke off: ${said}`, resource });
}
