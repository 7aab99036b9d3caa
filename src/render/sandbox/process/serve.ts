import { flushCompileCache } from 'node:module';
import { errorRecord } from '../../../model/error.ts';
import { systemClock } from '../../../system/clock.ts';
import { createPool } from '../pool.ts';
import type { Answer } from '../protocol.ts';
import type { FromProcess, ProcessStart, ToProcess } from './messages.ts';

/**
 * The process that renders: a pool of threads, whose jobs come from the process that started it and whose questions go
 * there. It ends with that one.
 */

const start = JSON.parse(process.argv[2] ?? '{}') as ProcessStart;
/** How long the threads of one that nobody ends wait: longer than anybody lets it be. */
const idleMs = 86_400_000;
const pool = createPool({ clock: systemClock, idleMs, ...start });
// Nobody starts this without something to render.
pool.foresee();
const asked = new Map<number, (answer: Answer) => void>();
let lastAsk = 0;
/** Whether what was compiled is kept for the next process. */
let isKept = false;

const send = (message: FromProcess): void => void process.send?.(message);

process.on('disconnect', () => process.exit());
process.on('message', (message: ToProcess) => {
  if (message.kind === 'answer') {
    asked.get(message.ask)?.(message.answer);
    asked.delete(message.ask);
    return;
  }
  void render(message);
});

async function render({
  id,
  job,
  foreseen,
}: Extract<ToProcess, { kind: 'render' }>): Promise<void> {
  const used: number[] = [];
  const result = await pool.render({
    ...job,
    files: {
      ask: (question, path) =>
        new Promise((resolve) => {
          lastAsk += 1;
          asked.set(lastAsk, resolve);
          send({ kind: 'ask', id, ask: lastAsk, question, path });
        }),
      foresee: async () => foreseen,
      use: (index) => used.push(index),
    },
  });
  send({
    kind: 'done',
    id,
    result: result.ok ? result : { ok: false, error: errorRecord(result.error) },
    used,
  });
  // This one ends by a signal, without a chance to do that then.
  if (!isKept) flushCompileCache();
  isKept = true;
}
