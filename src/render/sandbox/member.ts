import { getCompileCacheDir } from 'node:module';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { EngineModule } from './module.ts';
import type {
  EngineFiles,
  WorkerEngine,
  WorkerJob,
  WorkerMessage,
  WorkerStart,
} from './protocol.ts';

/** How a job on a worker ended. */
export type Outcome =
  | Extract<WorkerMessage, { kind: 'done' }>
  | Extract<WorkerMessage, { kind: 'trapped' }>
  /** The thread has ended. */
  | { readonly kind: 'lost'; readonly said: string };

/** One worker thread with one instance of the engines. */
export interface Member {
  /** Gives it the engines, before its first job: it makes its instance at once. */
  equip(engine: EngineModule): void;
  /** Runs a job; one at a time. */
  run(job: WorkerJob, files: EngineFiles): Promise<Outcome>;
  /** How long the job that runs has computed, in milliseconds of a processor; starting the thread is not counted. */
  computedMs(): Promise<number>;
  /** Ends the thread, whatever it does; a job that runs is then broken. */
  end(): Promise<void>;
}

/** Most memory of the thread's own JavaScript; the instance's memory is bounded in the module. */
const resourceLimits = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 4 };

/** Starts a thread, which needs no engines for that. It does not keep the process alive unless it runs a job. */
export function startMember(): Member {
  const channel = new MessageChannel();
  const signal = new SharedArrayBuffer(4);
  const answered = new Int32Array(signal);
  const compileCache = getCompileCacheDir();
  const start: WorkerStart = { signal, answers: channel.port2 };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: start,
    transferList: [channel.port2],
    resourceLimits,
    // Nothing else of the process's environment or options concerns it.
    env: compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stderr: true,
    stdout: true,
  });
  worker.unref();
  channel.port1.unref();
  let settle: ((outcome: Outcome) => void) | null = null;
  let files: EngineFiles | null = null;
  let ended: string | null = null;
  /** What the thread had computed when the job began; `null`: it has not begun. */
  let computedBeforeMs: number | null = null;

  const finish = (outcome: Outcome): void => {
    settle?.(outcome);
    settle = null;
    files = null;
    worker.unref();
  };
  const die = (said: string): void => {
    ended ??= said;
    channel.port1.close();
    finish({ kind: 'lost', said });
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'began') {
      computedBeforeMs = message.computedMs;
      return;
    }
    if (message.kind !== 'ask') {
      finish(message);
      return;
    }
    const asked = files;
    const reply = async (): Promise<void> => {
      const answer = await asked?.ask(message.question, message.path);
      channel.port1.postMessage(answer ?? { failed: true });
      Atomics.add(answered, 0, 1);
      Atomics.notify(answered, 0);
    };
    reply().catch((thrown: unknown) => die(String(thrown)));
  });
  worker.on('error', (thrown) => die(thrown instanceof Error ? thrown.message : String(thrown)));
  worker.on('exit', () => die('the worker ended'));
  return {
    equip: (engine) => worker.postMessage({ engine } satisfies WorkerEngine),
    run: (job, given) =>
      new Promise((resolve) => {
        settle = resolve;
        files = given;
        computedBeforeMs = null;
        if (ended !== null) die(ended);
        else {
          worker.ref();
          worker.postMessage(job);
        }
      }),
    computedMs: async () => {
      if (computedBeforeMs === null) return 0;
      // A thread that has ended says nothing, and whoever waits for the job hears of that by itself.
      const used = await worker.cpuUsage().catch(() => null);
      if (used === null || computedBeforeMs === null) return 0;
      return (used.user + used.system) / 1_000 - computedBeforeMs;
    },
    end: async () => {
      // Otherwise a process with nothing else to do ends before the promise settles.
      worker.ref();
      await worker.terminate();
    },
  };
}
