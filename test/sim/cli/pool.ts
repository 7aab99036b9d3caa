import { Worker } from 'node:worker_threads';
import type { Job, Played } from './job.ts';
import type { Options } from './options.ts';

/** Seeds that a worker gets at a time. */
const chunk = 20;
/** One seed in so many is played twice and compared. */
const replayEvery = 40;

/** Plays schedules in several threads. `onPlayed` is called for each, in no particular order. */
export async function playAll(
  options: Pick<Options, 'from' | 'seeds' | 'workers' | 'target'>,
  onPlayed: (played: Played) => void,
): Promise<void> {
  const end = options.from + options.seeds;
  let next = options.from;
  const take = (): readonly number[] => {
    const from = next;
    next = Math.min(end, next + chunk);
    return Array.from({ length: next - from }, (_, at) => from + at);
  };
  const lane = async (): Promise<void> => {
    const worker = startWorker(new URL('worker.ts', import.meta.url));
    try {
      for (let seeds = take(); seeds.length > 0; seeds = take()) {
        const replayed = seeds.filter((seed) => seed % replayEvery === 0);
        const { target } = options;
        const job = { scenarios: false, seeds, target, replayed, untilBroken: false };
        await runJob(worker, job, onPlayed);
      }
    } finally {
      await worker.terminate();
    }
  };
  const lanes = Math.min(options.workers, Math.ceil(options.seeds / chunk));
  await Promise.all(Array.from({ length: lanes }, lane));
}

export function startWorker(file: URL): Worker {
  return new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'] });
}

/** Resolves when the worker has done all of a job. @throws Error when it dies. */
export function runJob(
  worker: Worker,
  job: Job,
  onPlayed: (played: Played) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Played | 'done'): void => {
      if (message !== 'done') {
        onPlayed(message);
        return;
      }
      finish();
      resolve();
    };
    const onError = (error: unknown): void => {
      finish();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onExit = (code: number): void => onError(new Error(`a worker ended with ${code}`));
    const finish = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(job);
  });
}
