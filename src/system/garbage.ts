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
  // The memory itself is the system's again some seconds later, with the one collection that the engine adds by itself
  // (`--memory-reducer-gc-count`). The flavour "last-resort" would have done two of them here.
  collect({ execution: 'sync', type: 'major', flavor: 'regular' });
}
