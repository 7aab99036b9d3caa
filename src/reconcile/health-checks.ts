import { healthMissed } from '../apply/errors.ts';
import type { NamedHealth } from '../health/aggregate.ts';
import { errorRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from './runtime.ts';

const pauseMs = 500;

/** Runs the application's own health checks once, side by side. */
export async function runHealthChecks(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<readonly NamedHealth[]> {
  const checks = runtime.application?.healthChecks ?? [];
  runtime.checks = await Promise.all(
    checks.map(async (check) => ({
      name: `check ${check.name}`,
      health: await context.ports.checkHealth(check, context.signal),
    })),
  );
  return runtime.checks;
}

/** Waits until all of the application's own checks pass; the error that names the one that does not, else `null`. */
export async function applicationHealthError(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<ErrorRecord | null> {
  const application = runtime.application;
  if (application === null || application.healthChecks.length === 0) return null;
  const { clock } = context.ports;
  const deadlineMs = clock.monotonicMs() + application.timeouts.healthMs;
  for (;;) {
    const failing = (await runHealthChecks(context, runtime)).find(
      (one) => one.health.status !== 'Healthy',
    );
    if (failing === undefined) return null;
    if (clock.monotonicMs() >= deadlineMs || context.signal.aborted) {
      return errorRecord(
        healthMissed({
          message: `${failing.name}: ${failing.health.message}`,
          resource: failing.name,
        }),
      );
    }
    await clock.sleep(pauseMs, context.signal);
  }
}
