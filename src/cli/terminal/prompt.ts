import { createInterface } from 'node:readline';
import type { Context } from '../context.ts';

/**
 * Asks on stderr and reads one line from stdin. `null` when there is nobody to ask or the input ends. The terminal
 * stays in its line mode, so Ctrl-C interrupts as everywhere else.
 */
export async function ask(context: Context, question: string): Promise<string | null> {
  if (!context.interactive) return null;
  context.progress.status(null);
  const lines = createInterface({ input: context.io.stdin, terminal: false });
  try {
    context.io.stderr.write(`${question} `);
    const answer = await new Promise<string | null>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(null));
      context.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    context.signal.throwIfAborted();
    if (answer === null) context.io.stderr.write('\n');
    return answer;
  } finally {
    lines.close();
    // A paused stdin no longer keeps the process alive.
    context.io.stdin.pause();
  }
}

/** A question whose answer is no unless it is clearly yes. */
export async function confirm(context: Context, question: string): Promise<boolean> {
  const answer = await ask(context, `${question} ${context.style.faint('[y/N]')}`);
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}

/** For what cannot be undone: yes is said by typing the name of what is at stake. */
export async function confirmByName(
  context: Context,
  question: string,
  name: string,
): Promise<boolean> {
  const answer = await ask(context, `${question} Type ${context.style.strong(name)} to go on:`);
  return answer?.trim() === name;
}
