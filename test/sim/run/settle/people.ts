import type { ApplicationRuntime } from '../../../../src/reconcile/runtime.ts';
import { claimTaken } from '../../../../src/targets/errors.ts';
import { hookFailed } from '../../../../src/targets/kubernetes/errors.ts';
import { isBad } from '../../git/model.ts';
import type { ApplicationModel, ApplicationSettings } from '../../git/model.ts';
import {
  approveWaiting,
  orderActivate,
  orderConfirm,
  orderResume,
  orderSync,
} from '../../operations/people.ts';
import type { Controller } from '../controller.ts';
import type { World } from '../world.ts';
import { runtimes } from './runtimes.ts';

/** A commit that makes everything usable. */
export function mend(world: World): void {
  const model = world.repository.tip?.model;
  if (model === undefined) return;
  const applications = model.applications.map((one): ApplicationModel => ({
    ...one,
    fault: null,
    things: one.things.map(mended),
    runs: (one.runs ?? []).map(mended),
    settings: {
      ...one.settings,
      prune: true,
      selfHeal: true,
      allowEmpty: true,
      // Who waits for an application that wants a place of his keeps it from getting that place.
      dependsOn: [],
      wave: 0,
      substitute: mendedWords(one.settings),
    },
  }));
  const { id } = world.repository.push({ ...model, applications, configFault: null });
  world.trace.add(`### commit ${id.slice(0, 8)} mends everything`);
}

/** Does what the controller asks for. @returns whether there was anything. */
export function obey(world: World, controller: Controller): boolean {
  const { engine } = controller;
  if (engine === null) return true;
  let did = orderConfirm(world, controller);
  if (engine.readOnlyReason !== '') {
    orderActivate(world, controller);
    return true;
  }
  for (const runtime of runtimes(controller)) {
    if (runtime.pending.hold !== null) orderResume(world, controller, runtime);
    else if (runtime.status.error?.code === claimTaken.definition.code)
      orderActivate(world, controller);
    else if (runtime.pending.waiting !== null) approveWaiting(world, controller, runtime);
    else if (isStuckOnHook(runtime)) orderSync(world, controller, runtime, withoutHooks);
    else if (runtime.status.state === 'out-of-sync')
      orderSync(world, controller, runtime, { agree: true, retryQuarantined: true });
    else if (runtime.status.state === 'failed')
      orderSync(world, controller, runtime, { agree: false, retryQuarantined: true });
    else if (runtime.status.state === 'read-only') orderActivate(world, controller);
    else continue;
    did = true;
  }
  return did;
}

function mended<Item extends { readonly value: string }>(item: Item): Item {
  return isBad(item.value) ? { ...item, value: `good${item.value}` } : item;
}

function mendedWords({ substitute }: ApplicationSettings): ApplicationSettings['substitute'] {
  if (substitute === null || !isBad(substitute.values.word)) return substitute;
  return { values: { word: `good${substitute.values.word}` } };
}

/** What is recorded of a hook is mended by no commit any more. */
function isStuckOnHook({ declared: { removal }, status: { error } }: ApplicationRuntime): boolean {
  return removal !== null && error?.code === hookFailed.definition.code;
}

const withoutHooks = { agree: false, retryQuarantined: false, withoutHooks: true };
