import type { Awaited } from '../apply/health-wait.ts';
import type { ResourceView } from '../control/api.ts';
import type { JournalStep } from '../model/release.ts';
import { resourceKey } from '../model/resource.ts';
import type { Health } from '../model/status.ts';
import type { ApplicationRuntime } from './runtime.ts';
import { healthOfApplication } from './view.ts';

/*
 * What a release makes and sees is put where tables look while it runs. So one that fails is shown by what it left, not by
 * what was there before it, until somebody looks again.
 */

const justMade: Health = { status: 'Progressing', message: 'was just made, and not looked at yet' };

/** A change was carried out. */
export function showStep(runtime: ApplicationRuntime, step: JournalStep): void {
  if (step.result !== 'done') return;
  const isIt = (view: ResourceView): boolean =>
    view.target === step.target && resourceKey(view.id) === step.resource;
  runtime.resources =
    step.action === 'delete'
      ? runtime.resources.filter((view) => !(isIt(view) && view.sync === 'OutOfSync'))
      : runtime.resources.map((view) => (isIt(view) ? asMade(view, justMade) : view));
  aggregate(runtime);
}

/** Resources were looked at while their health was awaited. */
export function showSeen(
  runtime: ApplicationRuntime,
  target: string,
  { healths }: Pick<Awaited, 'healths'>,
): void {
  runtime.resources = runtime.resources.map((view) => {
    const health = view.target === target ? healths.get(resourceKey(view.id)) : undefined;
    return health === undefined ? view : asMade(view, health);
  });
  aggregate(runtime);
}

function asMade(view: ResourceView, health: Health): ResourceView {
  return { ...view, sync: 'Synced', differs: [], health };
}

function aggregate(runtime: ApplicationRuntime): void {
  runtime.health = healthOfApplication(runtime.resources, runtime.checks);
}
