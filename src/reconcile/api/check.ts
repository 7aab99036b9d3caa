import type { CheckedView } from '../../control/api.ts';
import { toFairleadError } from '../../model/error.ts';
import { unwrap } from '../../model/result.ts';
import { refuseUnusable } from '../../plan/unusable.ts';
import type { Target } from '../../targets/target.ts';
import type { Engine } from '../engine.ts';
import { prepareRevision } from '../prepare/prepare.ts';
import { renderOf } from './render-preview.ts';
import { targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { seedIdOf } from '../prepare/seed.ts';
import { settingsAt } from './settings-at.ts';

/**
 * Whether what an application renders to is right, as far as that can be told without looking at what is live: it
 * renders, its project allows it, each target knows every kind and field, and no two resources want one place. A target
 * that cannot be asked is no mistake of the application: what it would have checked is left out, with a warning.
 *
 * @throws FairleadError that names the mistake.
 */
export async function checkOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<CheckedView> {
  const { key } = runtime;
  const rendered = await renderOf(engine, runtime, reference);
  const { application, revision } = await settingsAt(engine, runtime, reference, 'check');
  const warnings = new Set(rendered.flatMap((view) => view.warnings));
  if (!application.allowEmpty && rendered.every((view) => view.documents.length === 0)) {
    warnings.add('it renders to nothing; if that is meant, set allowEmpty: true');
  }
  for (const name of targetNamesOf(runtime.declared)) {
    const target = await targetOrNull(engine, name, warnings);
    if (target === null) continue;
    const inventory = await target.ledger.load(key).catch(() => null);
    const prepared = await prepareRevision({
      ports: engine.ports,
      world: engine.world,
      application,
      key,
      revision,
      seed: seedIdOf(key, [inventory], engine.ports.clock.nowMs()),
      targets: [target],
    });
    if (!prepared.ok && prepared.error.class === 'transient') {
      warnings.add(unchecked(name, prepared.error.message));
      continue;
    }
    const { byTarget, warnings: told } = unwrap(prepared);
    for (const warning of told) warnings.add(warning);
    const desired = byTarget.get(name) ?? [];
    const { allowEmpty } = application;
    unwrap(
      refuseUnusable(
        { ...key, target: name, revision, desired, inventory },
        { allowEmpty, removal: null },
      ),
    );
  }
  return { warnings: [...warnings] };
}

async function targetOrNull(
  engine: Engine,
  name: string,
  warnings: Set<string>,
): Promise<Target | null> {
  try {
    return await engine.world.target(name);
  } catch (thrown) {
    warnings.add(unchecked(name, toFairleadError(thrown).message));
    return null;
  }
}

function unchecked(target: string, why: string): string {
  return `what goes to ${target} was rendered, but not checked by it: ${why}`;
}
