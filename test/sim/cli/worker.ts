import { parentPort } from 'node:worker_threads';
import type { Rule } from '../judge/violation.ts';
import type { Outcome } from '../run/run.ts';
import { play, playScenario } from '../run/run.ts';
import { driverOf, scheduleOf } from '../run/schedule.ts';
import { scenarios } from '../scenarios/registry.ts';
import type { Job, Played } from './job.ts';

/** Plays schedules in a thread of its own, and tells of each as soon as it is done. */

const port = parentPort;
if (port === null) throw new Error('this file is started as a worker');

/** Rules that are broken by an error which nobody expects. */
const tellsWhere: ReadonlySet<Rule> = new Set(['bug', 'simulator', 'unhandled-rejection']);

port.on('message', (job: Job) => {
  void work(job).then(() => port.postMessage('done'));
});

async function work(job: Job): Promise<void> {
  if (job.scenarios) {
    for (const scenario of scenarios) {
      const played = await playSafely(scenario.name, () => playScenario(scenario));
      port?.postMessage(played);
      if (played.violations.length > 0) return;
    }
  }
  // Where errors come from costs a tenth of the time, and only somebody who looks into a failure wants to know.
  const { stackTraceLimit } = Error;
  for (const seed of job.seeds) {
    Error.stackTraceLimit = 0;
    const playSeed = (): Promise<Outcome> => play(scheduleOf(seed, driverOf(seed, job.target)));
    let first = await playSafely(seed, playSeed);
    if (first.violations.some(({ rule }) => tellsWhere.has(rule))) {
      Error.stackTraceLimit = stackTraceLimit;
      const again = await playSafely(seed, playSeed);
      if (again.violations.length > 0) first = again;
    }
    if (!job.replayed.includes(seed) || first.violations.length > 0) {
      port?.postMessage(first);
      if (job.untilBroken && first.violations.length > 0) return;
      continue;
    }
    const again = await playSafely(seed, playSeed);
    const message = `played twice, it went two ways: ${first.hash} and ${again.hash}`;
    port?.postMessage(
      first.hash === again.hash
        ? first
        : { ...first, violations: [{ rule: 'replay', message, atMs: 0 }] },
    );
  }
}

async function playSafely(seed: Played['seed'], run: () => Promise<Outcome>): Promise<Played> {
  let outcome: Pick<Outcome, 'violations' | 'hash' | 'turns' | 'effects'>;
  try {
    outcome = await run();
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    const violations = [{ rule: 'simulator' as const, message, atMs: 0 }];
    outcome = { violations, hash: '', turns: 0, effects: 0 };
  }
  const { violations, hash, turns, effects } = outcome;
  return { seed, violations, hash, turns, effects };
}
