import type { Violation } from '../judge/violation.ts';
import { approveWaiting } from '../operations/people.ts';
import { operationOf } from '../operations/registry.ts';
import { Chance } from '../world/random.ts';
import type { Schedule } from './schedule.ts';
import { settle } from './settle.ts';
import { LivelockError, World } from './world.ts';
import type { Setup } from './world.ts';
import { Stage } from '../scenarios/stage.ts';
import type { Scenario } from '../scenarios/stage.ts';

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly hash: string;
  /** What each step did, in words; `null` where there was nothing to do. */
  readonly done: readonly (string | null)[];
  readonly trace: readonly string[];
  readonly turns: number;
  readonly effects: number;
}

/** Plays a schedule to its end. Never throws for what the engine does: that is a violation. */
export async function play(schedule: Schedule, keepTrace = false): Promise<Outcome> {
  const world = new World(schedule.seed, schedule.setup, keepTrace);
  const done: (string | null)[] = [];
  await under(world, async () => {
    world.addController().start();
    await world.turns(world.chance.hits(0.5) ? 5_000 : 100);
    for (const step of schedule.steps) {
      const did = operationOf(step.operation).run(world, new Chance(step.seed, 'step'));
      done.push(did);
      world.trace.add(`${world.scheduler.nowMs} ### ${did ?? `(nothing: ${step.operation})`}`);
      bystanders(world);
      if (step.gap.kind === 'turns') await world.turns(step.gap.turns);
      else await world.pass(step.gap.ms);
      if (world.judge.isDecided) break;
    }
  });
  return outcomeOf(world, done);
}

/** Plays a scenario to its end, as `play` does. */
export async function playScenario(scenario: Scenario, keepTrace = false): Promise<Outcome> {
  const setup: Setup = {
    identity: scenario.identity ?? 'content',
    concurrency: scenario.concurrency ?? 4,
    allowForcedPush: false,
    eager: false,
    webhook: false,
    mends: scenario.mends ?? true,
    recordPartBytes: scenario.recordPartBytes ?? null,
    model: scenario.model,
  };
  const world = new World(1, setup, keepTrace);
  await under(world, async () => {
    const first = world.addController();
    first.start();
    await scenario.play(new Stage(world, first));
  });
  return outcomeOf(world, []);
}

/** Plays something in a world, lets the world settle, and notes what breaks on the way. */
async function under(world: World, body: () => Promise<void>): Promise<void> {
  const stray = (reason: unknown): void =>
    world.judge.report(
      'unhandled-rejection',
      reason instanceof Error ? String(reason.stack) : String(reason),
    );
  process.on('unhandledRejection', stray);
  try {
    await body();
    if (!world.judge.isDecided) await settle(world);
  } catch (thrown) {
    if (!(thrown instanceof LivelockError)) throw thrown;
    world.judge.report('livelock', thrown.message);
  } finally {
    process.off('unhandledRejection', stray);
    for (const controller of world.controllers) controller.kill();
  }
}

function outcomeOf(world: World, done: readonly (string | null)[]): Outcome {
  return {
    violations: world.judge.violations,
    hash: world.trace.hash,
    done,
    trace: world.trace.lines,
    turns: world.scheduler.turns,
    effects: world.judge.effects,
  };
}

/** What goes on beside the operations: forges that tell of commits, people who agree to what waits. */
function bystanders(world: World): void {
  const tip = world.repository.tip?.id ?? null;
  for (const controller of world.controllers) {
    const { engine } = controller;
    if (engine === null) continue;
    const known = controller.state.mirrors.get(world.repository.url)?.accepted ?? null;
    if (world.setup.webhook && known !== tip && world.chance.hits(0.7)) {
      world.trace.add(`${controller.name} hears of a commit`);
      void engine.api.refresh({ source: null }).catch(() => {});
    }
    if (!world.setup.eager) continue;
    for (const runtime of engine.applications.values()) {
      if (runtime.pending.waiting !== null && world.chance.hits(0.5))
        approveWaiting(world, controller, runtime);
    }
  }
}
