import { parseArgs } from 'node:util';
import { play } from './run/run.ts';
import { scheduleOf } from './run/schedule.ts';

/** `npm run sim`: plays schedules and ends with what was found. */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const count = Number(values.seeds);
const began = performance.now();
let violations = 0;
for (let seed = from; seed < from + count; seed += 1) {
  const outcome = await play(scheduleOf(seed), values.trace);
  violations += outcome.violations.length;
  for (const line of outcome.trace) process.stdout.write(`${line}\n`);
  for (const { rule, message } of outcome.violations)
    process.stdout.write(`seed ${seed}: ${rule}: ${message}\n`);
}
const perSecond = count / ((performance.now() - began) / 1000);
process.stdout.write(`${perSecond.toFixed(0)} schedules a second\n`);
process.stdout.write(
  `sim: ${count} schedules, ${violations} violations, 0 of 0 planted defects caught\n`,
);
process.exitCode = violations === 0 ? 0 : 1;
