import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects all garbage now. The engine of JavaScript collects when its own heap grows; what a small object keeps
 * outside of it, a compiled WebAssembly module for instance, can stay for hours in a process that has little to do.
 */
export function collectGarbage(): void {
  // The function is there only in contexts that are made while the flag is set.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  setFlagsFromString('--no-expose-gc');
  // Also what is kept for objects to come.
  collect({ execution: 'sync', type: 'major', flavor: 'last-resort' });
}
