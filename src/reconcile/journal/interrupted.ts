import type { Journal } from './journal.ts';
import type { EnginePorts } from '../ports.ts';

/** Releases that were running when the last controller ended: their outcome is not known, so it is said. */
export async function markInterrupted(
  { store, clock }: Pick<EnginePorts, 'store' | 'clock'>,
  journal: Journal,
): Promise<void> {
  for (const release of await store.releases({ outcome: 'running', limit: 10_000 })) {
    await journal.putRelease({
      ...release,
      outcome: 'interrupted',
      endedAtMs: clock.nowMs(),
      steps: release.steps.map((step) =>
        step.result === 'started' ? { ...step, result: 'unknown' } : step,
      ),
    });
  }
}
