import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Applications of the large repository, with three files each. */
  readonly apps: number;
  /** Applications of the small one, which shows what depends on their number. */
  readonly smallApps: number;
  /** Rounds of first deployment and bare writer, in turns; the median counts. */
  readonly rounds: number;
  /** Commits of which each touches one application. */
  readonly commits: number;
  readonly idleSeconds: number;
  /** One JSON object on stdout instead of the table. */
  readonly json: boolean;
  /** Where to make the temporary folder: the disk that is measured. */
  readonly folder: string;
  /** Folder for V8 CPU profiles of the controllers; `null`: none are written. */
  readonly cpuProf: string | null;
}

export const usage = `Usage: npm run bench -- [options]

  --apps N           applications of the monorepo, three files each (default 1000)
  --small-apps N     applications of the small one (default 100; 0 leaves it out)
  --rounds N         first deployments and bare writers, in turns (default 3)
  --commits N        commits that touch one application each (default 20)
  --idle-seconds N   how long to watch it do nothing (default 60; 0 leaves it out)
  --folder DIR       measure the disk that holds DIR (default: the temporary folder)
  --cpu-prof DIR     write CPU profiles of the controllers into DIR
  --json             print one JSON object; docs/reference/performance.md names its fields`;

/** @throws Error with a sentence for the person, for anything that cannot be understood. */
export function readOptions(argv: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      apps: { type: 'string', default: '1000' },
      'small-apps': { type: 'string', default: '100' },
      rounds: { type: 'string', default: '3' },
      commits: { type: 'string', default: '20' },
      'idle-seconds': { type: 'string', default: '60' },
      folder: { type: 'string', default: tmpdir() },
      'cpu-prof': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    apps: count('apps', values.apps, 1, 20_000),
    smallApps: count('small-apps', values['small-apps'], 0, 20_000),
    rounds: count('rounds', values.rounds, 1, 20),
    commits: count('commits', values.commits, 1, 1_000),
    idleSeconds: count('idle-seconds', values['idle-seconds'], 0, 3_600),
    json: values.json,
    folder: resolve(values.folder),
    cpuProf: values['cpu-prof'] === undefined ? null : resolve(values['cpu-prof']),
  };
}

function count(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= from && value <= to && /^\d+$/.test(text)) return value;
  throw new Error(`--${name} ${text}: give a whole number from ${from} to ${to}`);
}
