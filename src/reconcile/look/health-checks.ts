import { cancelled, healthMissed, superseded } from '../../apply/errors.ts';
import type { NamedHealth } from '../../health/aggregate.ts';
import { errorRecord } from '../../model/error.ts';
import type { ErrorRecord } from '../../model/error.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { waitsOf } from './waits.ts';

const pauseMs = 500;

/** Runs the application's own health checks once, side by side. */
export async function runHealthChecks(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<readonly NamedHealth[]> {
  const checks = runtime.declared.application?.healthChecks ?? [];
  const said = await Promise.all(
    checks.map(async (check) => ({
      name: `check ${check.name}`,
      health: await context.ports.checkHealth(check, context.signal),
    })),
  );
  runtime.seen.check(said);
  return said;
}

/** Waits until all of the application's own checks pass; the error that names the one that does not, else `null`. */
export async function applicationHealthError(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<ErrorRecord | null> {
  const application = runtime.declared.application;
  if (application === null || application.healthChecks.length === 0) return null;
  const { clock } = context.ports;
  const waits = waitsOf(context, runtime);
  const deadlineMs = clock.monotonicMs() + application.timeouts.healthMs;
  /** One round; `null`: all pass, `undefined`: not yet. */
  const look = async (): Promise<ErrorRecord | null | undefined> => {
    const failing = (await runHealthChecks(context, runtime)).find(
      (one) => one.health.status !== 'Healthy',
    );
    if (failing === undefined) return null;
    const news = waits.superseded();
    const resource = failing.name;
    if (news !== null) {
      const message = `${news} before ${resource} passed: ${failing.health.message}`;
      return errorRecord(superseded({ message, resource }));
    }
    if (context.signal.aborted) {
      const message = `stopped ${runtime.id} while it waited for ${resource}`;
      return errorRecord(cancelled({ message, resource }));
    }
    if (clock.monotonicMs() >= deadlineMs) {
      return errorRecord(
        healthMissed({
          message: `${failing.name}: ${failing.health.message}`,
          resource: failing.name,
        }),
      );
    }
    return undefined;
  };
  return waits.aside(async () => {
    for (;;) {
      const error = await look();
      if (error !== undefined) return error;
      await waits.pause(pauseMs, context.signal);
    }
  });
}
