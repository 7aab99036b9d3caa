import { readFileSync, statSync } from 'node:fs';
import type { Ended } from './ended.ts';

/**
 * Runs a program under a small shell that writes its exit code to descriptor 3. Only the parent of a process is told
 * how it ended, and the controller may be another one by then; where the code decides whether a process is started
 * again, somebody has to be there. Signals go to the whole group: the shell outlives them to write down what became of
 * the program. Codes above 128 mean a signal, as in every shell.
 */
export function underWitness(program: string, args: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', script, 'fairlead', program, ...args];
}

const script = `trap : HUP INT QUIT TERM USR1 USR2
"$@" 3>&-
code=$?
echo "$code" >&3
exit "$code"`;

/** What the witness wrote; `null`: nothing, because there was none or it was killed. */
export function readExit(path: string): Ended | null {
  try {
    const match = /^(\d{1,3})\n$/.exec(readFileSync(path, 'latin1'));
    if (match === null) return null;
    return { code: Number(match[1]), signal: null, atMs: Math.round(statSync(path).mtimeMs) };
  } catch {
    return null;
  }
}
