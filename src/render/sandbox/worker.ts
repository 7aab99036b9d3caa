import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createInstance } from './instance.ts';
import type { EngineInstance } from './instance.ts';
import type { Answer, Question, WorkerJob, WorkerMessage, WorkerStart } from './protocol.ts';

/** A worker thread: one instance of the engines, one render at a time. It ends itself when the instance breaks. */

const { module, signal, answers } = workerData as WorkerStart;
const answered = new Int32Array(signal);
let taken = 0;

const send = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer);

/** The engine cannot wait for a promise, so this thread sleeps until the other one has answered. */
function ask(question: Question, path: string): Answer {
  send({ kind: 'ask', question, path });
  Atomics.wait(answered, 0, taken);
  taken += 1;
  const received: { readonly message: Answer } | undefined = receiveMessageOnPort(answers);
  return received?.message ?? { failed: true };
}

let instance: EngineInstance | null = null;

parentPort?.on('message', (job: WorkerJob) => {
  try {
    instance ??= createInstance(module, ask);
    if (job.fresh) instance.reset();
    const response = instance.call(job.request, job).slice();
    send({ kind: 'done', response, memoryBytes: instance.memoryBytes }, [response.buffer]);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const said = [message, instance?.said() ?? ''].join('\n').trim();
    send({ kind: 'broken', said, memoryBytes: instance?.memoryBytes ?? 0 });
  }
});
