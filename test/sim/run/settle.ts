import { checkTold } from '../judge/history.ts';
import { endFaults } from '../world/faults.ts';
import type { Controller } from './controller.ts';
import { paceOf } from './driver.ts';
import { checkConvergence } from './settle/converged.ts';
import { mend, obey } from './settle/people.ts';
import { checkRestart } from './settle/restart.ts';
import { checkFollowed, checkRest, checkStatements } from './settle/statements.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

/**
 * The end of every schedule: all faults end and time runs on. What is not as the newest commit says must be said to
 * be so; people do what they are asked to; then all must be as the commit says, and nothing more may happen.
 */
export async function settle(world: World): Promise<void> {
  const { judge, trace } = world;
  trace.add('### all faults end');
  const controller = await oneController(world);
  const pace = paceOf(world.setup.model.driver);
  await world.pass(pace.followMs);
  if (judge.isDecided) return;
  checkFollowed(world, controller);
  if (judge.isDecided) return;
  // Longer than it takes until everything has been looked at from scratch.
  await world.pass(pace.verifyMs);
  if (judge.isDecided) return;
  await checkRest(world, controller);
  if (judge.isDecided) return;
  checkStatements(world, controller);
  if (judge.isDecided) return;

  if (world.setup.mends) mend(world);
  for (let round = 0; round < 8; round += 1) {
    // Longer than it takes until a commit is noticed.
    await world.pass(12 * minuteMs);
    if (judge.isDecided || !obey(world, controller)) break;
  }
  await world.pass(pace.followMs);
  if (judge.isDecided) return;
  checkConvergence(world, controller);
  if (judge.isDecided) return;

  const { effects, records, requests } = judge;
  // Twice as long as it takes until everything has been looked at from scratch.
  await world.pass(2 * pace.verifyMs + pace.followMs);
  if (judge.effects > effects || judge.requests > requests)
    judge.report('never-idle', 'effects go on with nothing to do');
  else if (judge.records > records && world.setup.mends)
    judge.report('never-idle', 'records are written for ever');
  if (!judge.isDecided) checkConvergence(world, controller);
  if (!judge.isDecided) checkTold(controller, judge.report);
  if (!judge.isDecided && world.setup.model.driver === 'kubernetes')
    await checkRestart(world, controller);
}

/** Ends all faults and all controllers but one. */
async function oneController(world: World): Promise<Controller> {
  endFaults(world.faults);
  for (const place of world.places.values()) place.mend();
  const survivor = world.chance.pick(world.controllers);
  for (const controller of world.controllers) {
    controller.neverCrash();
    if (controller.machine !== null) controller.machine.process.paused = false;
  }
  // The others go on for a moment: whoever is left must cope with that.
  await world.turns(50);
  for (const controller of world.controllers) {
    controller.isSupervised = controller === survivor;
    if (controller !== survivor) controller.kill();
  }
  survivor.mustRun = true;
  survivor.start();
  return survivor;
}
