import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from './runtime.ts';

/** Applications that must come first and are not ready, one sentence each. */
export function waitsFor(
  context: Pick<RunContext, 'applications' | 'world'>,
  runtime: ApplicationRuntime,
): readonly string[] {
  const application = runtime.application;
  if (application === null) return dependantsOf(context, runtime);
  const waits: string[] = [];
  for (const other of context.applications.values()) {
    if (
      other === runtime ||
      other.key.environment !== runtime.key.environment ||
      other.application === null
    )
      continue;
    const named = application.dependsOn.includes(other.key.application);
    const earlier = other.application.wave < application.wave;
    if ((named || earlier) && !other.isSettled) {
      waits.push(
        `${other.key.application} (${other.triggers.size > 0 ? 'has something to do' : `${other.state}, ${other.health.status}`})`,
      );
    }
  }
  return waits;
}

/** An application that leaves waits until those that stand on it have left, too. */
function dependantsOf(
  context: Pick<RunContext, 'applications'>,
  runtime: ApplicationRuntime,
): readonly string[] {
  return [...context.applications.values()]
    .filter((other) => other !== runtime && other.key.environment === runtime.key.environment)
    .filter(
      (other) => other.removal !== null && other.lastDependsOn.includes(runtime.key.application),
    )
    .map((other) => `${other.key.application} to be removed first`);
}
