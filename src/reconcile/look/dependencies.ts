import { inventoryKey } from '../../model/inventory.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';

type Context = Pick<RunContext, 'applications' | 'lowestWave'>;

/** The lowest wave of all that are configured; 0 where there is none. */
export function lowestWaveOf(runtimes: Iterable<ApplicationRuntime>): number {
  const waves = [...runtimes].flatMap(({ declared: { application } }) => application?.wave ?? []);
  return waves.reduce((lowest, wave) => Math.min(lowest, wave), waves[0] ?? 0);
}

/** What must come first and is not ready, one sentence each. */
export function waitsFor(context: Context, runtime: ApplicationRuntime): readonly string[] {
  const applications = applicationsFirst(context, runtime);
  return runtime.batches.mustWait
    ? [...applications, 'the other applications of this commit to be planned, because it deletes']
    : applications;
}

function applicationsFirst(context: Context, runtime: ApplicationRuntime): readonly string[] {
  const application = runtime.declared.application;
  if (application === null) return dependantsOf(context, runtime);
  const { dependsOn, wave } = application;
  const { environment } = runtime.key;
  // Most are in the first wave and stand on nobody, or on few: with a thousand of them it matters that nobody looks at all others.
  const others =
    wave <= context.lowestWave()
      ? dependsOn.flatMap(
          (name) =>
            context.applications.get(inventoryKey({ application: name, environment })) ?? [],
        )
      : context.applications.values();
  const waits: string[] = [];
  for (const other of others) {
    if (
      other === runtime ||
      other.key.environment !== environment ||
      other.declared.application === null
    )
      continue;
    const named = dependsOn.includes(other.key.application);
    const earlier = other.declared.application.wave < wave;
    if ((named || earlier) && !other.isSettled) {
      waits.push(
        `${other.key.application} (${other.agenda.triggers.size > 0 ? 'has something to do' : `${other.status.state}, ${other.seen.health.status}`})`,
      );
    }
  }
  return waits;
}

/** An application that leaves waits until those that stand on it have left, too. */
function dependantsOf(context: Context, runtime: ApplicationRuntime): readonly string[] {
  return [...context.applications.values()]
    .filter((other) => other !== runtime && other.key.environment === runtime.key.environment)
    .filter(
      ({ declared: { removal, lastDependsOn } }) =>
        removal !== null && lastDependsOn.includes(runtime.key.application),
    )
    .map((other) => `${other.key.application} to be removed first`);
}
