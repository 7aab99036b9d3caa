import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { TargetChoice } from '../run/schedule.ts';

export interface Options {
  /** Schedules to play. Default 300. */
  readonly seeds: number;
  /** First seed. Default 1. */
  readonly from: number;
  /** Print everything that happens; one schedule after the other, without defects. */
  readonly trace: boolean;
  /** What the targets of schedules are. Default `mixed`: one in five has clusters. */
  readonly target: TargetChoice;
  /** Play only these steps of each schedule, by number from 0; `null`: all. */
  readonly steps: readonly number[] | null;
  readonly defects: boolean;
  /** Only the defects whose name begins like this; `null`: all. */
  readonly defect: string | null;
  /** Schedules that a defect is given to show itself, after all scenarios. Default 160. */
  readonly defectSeeds: number;
  /** Whether defects are tried with the scenarios first; without them it shows what seeds find alone. Default true. */
  readonly scenarios: boolean;
  readonly workers: number;
}

/** From this many schedules on, planted defects are tried, too. */
const defectsFrom = 1_000;

export const usage = `npm run sim -- [options]

  --seeds N       schedules to play (default 300)
  --from S        first seed (default 1)
  --target host|kubernetes|mixed  what targets are (default mixed: clusters in one schedule of five)
  --trace         print all that happens in them
  --steps A,B,…   only these steps of each schedule, as shrinking prints them
  --defects on|off  try the planted defects, too (default: from ${defectsFrom.toLocaleString('en')} schedules on)
  --defect NAME   only the defects whose name begins like this
  --defect-seeds N  schedules that each defect gets, after all scenarios (default 160)
  --scenarios on|off  whether defects are tried with all scenarios first (default on)
  --workers N     schedules played side by side (default: one for each core)
`;

/** @throws Error with one sentence for what cannot be understood. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '300' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      target: { type: 'string', default: 'mixed' },
      steps: { type: 'string' },
      defects: { type: 'string' },
      defect: { type: 'string' },
      'defect-seeds': { type: 'string', default: '160' },
      scenarios: { type: 'string', default: 'on' },
      workers: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const seeds = count('seeds', values.seeds);
  const { defects, defect, steps, target, scenarios } = values;
  if (target !== 'host' && target !== 'kubernetes' && target !== 'mixed')
    throw new Error(`--target is host, kubernetes or mixed, not ${target}`);
  if (defects !== undefined && defects !== 'on' && defects !== 'off')
    throw new Error(`--defects is on or off, not ${defects}`);
  if (scenarios !== 'on' && scenarios !== 'off')
    throw new Error(`--scenarios is on or off, not ${scenarios}`);
  return {
    seeds,
    from: count('from', values.from),
    trace: values.trace,
    target,
    steps:
      steps === undefined
        ? null
        : steps
            .split(',')
            .filter((part) => part !== '')
            .map((part) => count('steps', part)),
    defects:
      !values.trace &&
      steps === undefined &&
      (defects === undefined ? seeds >= defectsFrom || defect !== undefined : defects === 'on'),
    defect: defect ?? null,
    defectSeeds: count('defect-seeds', values['defect-seeds']),
    scenarios: scenarios === 'on',
    workers:
      values.workers === undefined ? availableParallelism() : count('workers', values.workers),
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} is a whole number from 0, not ${JSON.stringify(text)}`);
}
