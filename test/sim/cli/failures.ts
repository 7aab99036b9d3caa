import { play } from '../run/run.ts';
import { driverOf, scheduleOf } from '../run/schedule.ts';
import type { Schedule, TargetChoice } from '../run/schedule.ts';
import { only, shrink } from '../run/shrink.ts';
import type { Played } from './job.ts';
import type { Options } from './options.ts';

/** A failed schedule for people: what broke, the fewest steps that still break it, and how to see them again. */
export async function describeFailure(played: Played, target: TargetChoice): Promise<string> {
  const [violation] = played.violations;
  const head = `seed ${played.seed}: ${violation?.rule}: ${violation?.message}\n`;
  if (typeof played.seed === 'string') return head;
  const schedule = scheduleOf(played.seed, driverOf(played.seed, target));
  const how = target === 'mixed' ? '' : ` --target ${target}`;
  const outcome = await play(schedule).catch(() => null);
  if (outcome === null || outcome.violations.length === 0)
    return `${head}  (it does not show when it is played again)\n`;
  const shrunk = await shrink(schedule, outcome, play);
  return [
    head,
    `  the fewest steps that break the same rule:\n`,
    ...shrunk.outcome.done.map((did, at) => {
      const step = schedule.steps[shrunk.kept[at] ?? 0];
      return `  ${at + 1}. ${did ?? `(nothing: ${step?.operation})`}, then ${describeGap(step?.gap)}\n`;
    }),
    ...shrunk.outcome.violations.map(({ message }) => `  → ${message}\n`),
    `  all of it:    npm run sim -- --from ${played.seed} --seeds 1${how} --trace\n`,
    `  these steps:  npm run sim -- --from ${played.seed} --seeds 1${how} --trace --steps ${shrunk.kept.join(',')},\n`,
  ].join('');
}

function describeGap(gap: Schedule['steps'][number]['gap'] | undefined): string {
  if (gap === undefined) return 'the end';
  return gap.kind === 'turns' ? `${gap.turns} turns` : `${gap.ms} ms`;
}

/** Plays schedules one after the other and prints all that happens. @returns how many broke a rule. */
export async function trace(
  seeds: readonly number[],
  { steps, target }: Pick<Options, 'steps' | 'target'>,
  print: (line: string) => void,
): Promise<number> {
  let broken = 0;
  for (const seed of seeds) {
    const schedule = scheduleOf(seed, driverOf(seed, target));
    const outcome = await play(steps === null ? schedule : only(schedule, steps), true);
    for (const line of outcome.trace) print(`${line}\n`);
    print(`seed ${seed}: trace ${outcome.hash}, ${outcome.turns} turns\n`);
    for (const { rule, message } of outcome.violations) print(`  ${rule}: ${message}\n`);
    if (outcome.violations.length > 0) broken += 1;
  }
  return broken;
}
