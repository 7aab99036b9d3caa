import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtNames, findProgram } from '../../src/cluster/programs.ts';

/** The programs of a Kubernetes control plane, as tests find them: see src/cluster/programs.ts. */

/** What is wrong with them on this machine, in words; undefined when all are there. */
export function controlPlaneProblem(): string | undefined {
  const missing = builtNames.filter((name) => findProgram(name, process.env) === undefined);
  return missing.length === 0 ? undefined : `(${missing.join(', ')}) not built`;
}

/** Builds what is missing, showing how far it is. @returns why that was not possible, or undefined. */
export function buildControlPlane(): string | undefined {
  const script = join(import.meta.dirname, '../cluster/main.ts');
  const { status, signal, error } = spawnSync(process.execPath, [script, 'build'], {
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `building the control plane ended with ${signal ?? status}`;
}
