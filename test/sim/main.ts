import { parseArgs } from 'node:util';
import { play } from './run/run.ts';
import { scheduleOf } from './run/schedule.ts';
import { only, shrink } from './run/shrink.ts';

/** `npm run sim`: plays schedules and ends with what was found. */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    steps: { type: 'string' },
    shrink: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const count = Number(values.seeds);
const began = performance.now();
let violations = 0;
for (let seed = from; seed < from + count; seed += 1) {
  let schedule = scheduleOf(seed);
  if (values.steps !== undefined)
    schedule = only(
      schedule,
      values.steps
        .split(',')
        .filter((x) => x !== '')
        .map(Number),
    );
  const outcome = await play(schedule, values.trace);
  violations += outcome.violations.length;
  for (const line of outcome.trace) process.stdout.write(`${line}\n`);
  for (const { rule, message } of outcome.violations)
    process.stdout.write(`seed ${seed}: ${rule}: ${message}\n`);
  if (values.shrink && outcome.violations.length > 0) {
    const shrunk = await shrink(schedule, outcome, play);
    process.stdout.write(`  --seeds 1 --from ${seed} --steps ${shrunk.kept.join(',')}\n`);
    for (const [at, did] of shrunk.outcome.done.entries()) {
      const step = schedule.steps[shrunk.kept[at] ?? 0];
      process.stdout.write(`  ${did} (${JSON.stringify(step?.gap)})\n`);
    }
    for (const { message } of shrunk.outcome.violations) process.stdout.write(`  ${message}\n`);
  }
}
const perSecond = count / ((performance.now() - began) / 1000);
process.stdout.write(`${perSecond.toFixed(0)} schedules a second\n`);
process.stdout.write(
  `sim: ${count} schedules, ${violations} violations, 0 of 0 planted defects caught\n`,
);
process.exitCode = violations === 0 ? 0 : 1;
