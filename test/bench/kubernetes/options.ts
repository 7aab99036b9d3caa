import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface KubernetesBenchOptions {
  readonly apps: number;
  /** Charts in place of kustomizations. */
  readonly helm: boolean;
  /** One replica for each Deployment, in place of none. */
  readonly pods: boolean;
  readonly idleSeconds: number;
  /** Measures the bare program, too. */
  readonly program: boolean;
  readonly json: boolean;
  /** Folder for V8 CPU profiles of the controllers; `null`: none are written. */
  readonly cpuProf: string | null;
}

export const usage = `Usage: npm run bench:kubernetes -- [options]

  --apps N           applications, four objects each (default 100)
  --helm             charts in place of kustomizations
  --pods             one replica for each Deployment, in place of none
  --idle-seconds N   how long to watch it do nothing (default 60)
  --program          also measure a bare program that fetches, renders, applies and records, and does nothing else
  --cpu-prof DIR     write CPU profiles of the controllers into DIR
  --json             print one JSON object; docs/reference/performance.md names its fields`;

/** @throws Error with a sentence for the person, for anything that cannot be understood. */
export function readOptions(argv: readonly string[]): KubernetesBenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      apps: { type: 'string', default: '100' },
      helm: { type: 'boolean', default: false },
      pods: { type: 'boolean', default: false },
      'idle-seconds': { type: 'string', default: '60' },
      program: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const cpuProf = values['cpu-prof'];
  return {
    apps: count('apps', values.apps, 1, 5_000),
    helm: values.helm,
    pods: values.pods,
    idleSeconds: count('idle-seconds', values['idle-seconds'], 1, 3_600),
    program: values.program,
    json: values.json,
    cpuProf: cpuProf === undefined ? null : resolve(cpuProf),
  };
}

function count(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${name} ${text}: give a whole number from ${from} to ${to}`);
}
