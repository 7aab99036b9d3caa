import type { Result } from '../../model/result.ts';
import type { PlannedRun } from '../look/context.ts';
import { takerOf } from '../look/give.ts';
import { planApplication } from '../look/plan-application.ts';
import type { PlanOptions } from '../look/plan-options.ts';
import { recordsAt } from '../prepare/taken.ts';
import type { Expected, Taken } from '../prepare/taken.ts';
import type { Engine } from '../engine.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/**
 * Plans an application for a person to see. What it takes over from another one is planned as it will be once that one has
 * given it up, where the plan of that one says that it will.
 *
 * @param asking Who asks for it, and for them: two that want something of each other get nothing.
 */
export async function previewOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  options: PlanOptions,
  asking: ReadonlySet<string> = new Set(),
): Promise<Result<PlannedRun>> {
  const expected: Expected[] = [];
  for (;;) {
    let taken: readonly Taken[] = [];
    const planned = await planApplication(engine.context, runtime, {
      ...options,
      expected,
      onTaken: (now) => {
        taken = now;
      },
    });
    if (taken.length === 0) return planned;
    const given = await givenTo(engine, runtime, taken, new Set([...asking, runtime.id]));
    if (given.length === 0) return planned;
    expected.push(...given);
  }
}

/** What of this the plans of its owners give up for it. */
async function givenTo(
  engine: Engine,
  runtime: ApplicationRuntime,
  taken: readonly Taken[],
  asking: ReadonlySet<string>,
): Promise<readonly Expected[]> {
  const given: Expected[] = [];
  for (const [id, places] of Map.groupBy(taken, ({ owner }) => owner)) {
    // Its record may still have a name that it had before.
    const owner = takerOf(engine.applications, id) ?? engine.applications.get(id);
    if (owner === undefined || asking.has(owner.id)) continue;
    const planned = await previewOf(
      engine,
      owner,
      {
        revision: null,
        retryQuarantined: false,
        runNothing: true,
        wantedBy: { id: runtime.id, taken },
        preview: true,
      },
      asking,
    );
    if (!planned.ok) continue;
    for (const { target, given: gifts } of planned.value.targets)
      for (const { place, uid, to, fields } of gifts) {
        const at = recordsAt(target);
        const one = places.find((wanted) => wanted.at === at && wanted.place === place);
        if (one !== undefined && to === runtime.id) given.push({ ...one, uid, fields });
      }
  }
  return given;
}
