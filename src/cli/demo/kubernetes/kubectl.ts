import { execFile } from 'node:child_process';
import { findProgram } from '../../../cluster/programs.ts';
import type { ClusterRecord } from '../../../cluster/record.ts';
import { demoBroken } from '../errors.ts';

/** Runs kubectl as somebody who has the kubeconfig of the demo. @throws FairleadError `demo.broken` with its words */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** kubectl with the kubeconfig of the demo's cluster, and a home of its own. */
export function openKubectl(
  { kubeconfig, folder }: ClusterRecord,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Kubectl {
  const program = findProgram('kubectl', env) ?? 'kubectl';
  // Its own cache goes with the demo.
  const environment = { ...env, KUBECONFIG: kubeconfig, HOME: folder };
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        program,
        [...args],
        { env: environment, signal },
        (error, out, err) => {
          if (error === null) resolve(out.trim());
          else if (signal.aborted) reject(signal.reason as Error);
          else
            reject(
              demoBroken({ message: `kubectl ${args[0] ?? ''}: ${err.trim() || error.message}` }),
            );
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
}
