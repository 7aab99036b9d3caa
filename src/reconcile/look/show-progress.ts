import type { Awaited } from '../../apply/health-wait.ts';
import type { ResourceView } from '../../control/api.ts';
import type { JournalStep } from '../../model/release.ts';
import { resourceKey } from '../../model/resource.ts';
import type { Health } from '../../model/status.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { healthOfApplication } from './resource-views.ts';

/*
 * What a release makes and sees is put where tables look while it runs. So one that fails is shown by what it left, not by
 * what was there before it, until somebody looks again.
 */

const justMade: Health = { status: 'Progressing', message: 'was just made, and not looked at yet' };

/** Tables are brought up to date so many times while a release makes its changes; each time costs a pass over all of it. */
const passes = 16;

/** A change was carried out. It shows at once, or in a large application together with some others. */
export function showStep(runtime: ApplicationRuntime, step: JournalStep): void {
  if (step.result !== 'done') return;
  const { unshown, resources } = runtime;
  unshown.set(rowOf(step.target, step.resource), step);
  if (unshown.size * passes >= resources.length) showSteps(runtime);
}

/** Shows what does not show yet. */
export function showSteps(runtime: ApplicationRuntime): void {
  if (runtime.unshown.size === 0) return;
  const steps = new Map(runtime.unshown);
  runtime.unshown.clear();
  runtime.resources = runtime.resources.flatMap((view) => {
    const step = steps.get(rowOf(view.target, resourceKey(view.id)));
    if (step === undefined) return [view];
    if (step.action !== 'delete') return [asMade(view, justMade)];
    return view.sync === 'OutOfSync' ? [] : [view];
  });
  aggregate(runtime);
}

/** Resources were looked at while their health was awaited. */
export function showSeen(
  runtime: ApplicationRuntime,
  target: string,
  { healths }: Pick<Awaited, 'healths'>,
): void {
  showSteps(runtime);
  runtime.resources = runtime.resources.map((view) => {
    const health = view.target === target ? healths.get(resourceKey(view.id)) : undefined;
    return health === undefined ? view : asMade(view, health);
  });
  aggregate(runtime);
}

function rowOf(target: string, resource: string): string {
  return `${target} ${resource}`;
}

function asMade(view: ResourceView, health: Health): ResourceView {
  return { ...view, sync: 'Synced', differs: [], health };
}

function aggregate(runtime: ApplicationRuntime): void {
  runtime.health = healthOfApplication(runtime.resources, runtime.checks);
}
