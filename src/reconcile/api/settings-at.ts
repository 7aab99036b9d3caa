import type { ApplicationConfig } from '../../model/config.ts';
import type { Revision } from '../../model/revision.ts';
import type { Engine } from '../engine.ts';
import { applicationNotFound } from '../errors.ts';
import { notFetched } from '../prepare/source-trees.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { stateOf } from './orders.ts';
import { currentOrNull } from './views.ts';

/**
 * What an application is made from at a state that a person names (`null`: now), with what its document says there.
 *
 * @param purpose what there is nothing for where it has left the configuration, as in "nothing to check".
 * @throws FairleadError where it has left, the source was not fetched yet, or has no such name.
 */
export async function settingsAt(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
  purpose: string,
): Promise<{ readonly application: ApplicationConfig; readonly revision: Revision }> {
  const state = await stateOf(engine, runtime, reference);
  const revision = state?.revision ?? currentOrNull(engine, runtime);
  if (runtime.declared.application === null) {
    throw applicationNotFound({
      message: `${runtime.id} has nothing to ${purpose}`,
      resource: runtime.id,
    });
  }
  if (revision === null) throw notFetched(engine.world, runtime.declared.application);
  const { pastSettings } = engine.context;
  const { application } = await pastSettings.at(
    runtime.declared.application,
    revision,
    state?.configuration,
  );
  return { application, revision };
}
