import { flushCompileCache } from 'node:module';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createInstance } from './instance.ts';
import type { EngineInstance } from './instance.ts';
import type { EngineModule } from './module.ts';
import type {
  Answer,
  Question,
  WorkerEngine,
  WorkerJob,
  WorkerMessage,
  WorkerStart,
} from './protocol.ts';

/** A worker thread: one instance of the engines, one render at a time. It ends itself when the instance breaks. */

const { signal, answers } = workerData as WorkerStart;
const answered = new Int32Array(signal);
let taken = 0;

const send = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer);

/** What is known of the files of this render. */
let known = new Map<string, Answer>();
let foreseen = new Map<string, number>();
let used = new Set<number>();

const keyOf = (question: Question, path: string): string => `${question} ${path}`;

function ask(question: Question, path: string): Answer {
  const key = keyOf(question, path);
  const index = foreseen.get(key);
  if (index !== undefined) used.add(index);
  const answer = known.get(key) ?? askPool(question, path);
  known.set(key, answer);
  return answer;
}

/** The engine cannot wait for a promise, so this thread sleeps until the other one has answered. */
function askPool(question: Question, path: string): Answer {
  send({ kind: 'ask', question, path });
  Atomics.wait(answered, 0, taken);
  taken += 1;
  const received: { readonly message: Answer } | undefined = receiveMessageOnPort(answers);
  return received?.message ?? { failed: true };
}

/** Whether what was compiled is kept for the next thread. */
let isKept = false;
let engine: EngineModule | null = null;
let instance: EngineInstance | null = null;

function instantiate(): EngineInstance {
  if (engine === null) throw new Error('the thread has no engine');
  return createInstance(engine, ask);
}

/** The first job finds an instance that is ready. */
function prepare(given: WorkerEngine): void {
  engine = given.engine;
  try {
    instance = instantiate();
  } catch {
    // The job tries again, and tells.
  }
}

function run(job: WorkerJob): void {
  known = new Map(
    job.foreseen.map(({ question, path, answer }) => [keyOf(question, path), answer]),
  );
  foreseen = new Map(
    job.foreseen.map(({ question, path }, index) => [keyOf(question, path), index]),
  );
  used = new Set();
  instance ??= instantiate();
  if (job.forget !== 'nothing') instance.reset(job.forget === 'project' ? 'all' : 'written');
  const { user, system } = process.threadCpuUsage();
  send({ kind: 'began', computedMs: (user + system) / 1_000 });
  const response = instance.call(job.request, job).slice();
  const { memoryBytes } = instance;
  // A document may say the same: then it costs going back to the start.
  const spent = Buffer.from(response.buffer).includes('"spent":true');
  send({ kind: 'done', response, memoryBytes, spent, used: [...used] }, [response.buffer]);
}

parentPort?.on('message', (message: WorkerEngine | WorkerJob) => {
  if ('engine' in message) return prepare(message);
  try {
    run(message);
    // It is mostly ended without a chance to do that then.
    if (!isKept) flushCompileCache();
    isKept = true;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const said = [why, instance?.said() ?? ''].join('\n').trim();
    send({ kind: 'trapped', said });
  }
});
