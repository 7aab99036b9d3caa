import type { JournalStep, Release, ReleaseTrigger } from '../../model/release.ts';
import { sameJson } from '../../model/json.ts';
import { historyOf } from '../history.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { Begun } from './aftermath.ts';
import type { PlannedRun, RunContext } from './context.ts';

/** What of a release that has ended goes into history. */
interface Entry {
  readonly entry: Release;
  /** Id of the entry whose place it takes. */
  readonly insteadOf: string | null;
}

/**
 * What is tried again by itself and fails again as before is no news: it takes the place of the entry before it, and counts. Else
 * a delete that hangs for a night would push out of history all that happened to the application before. What a person has
 * asked for, and what did anything, stands for itself; events tell of each attempt.
 */
export async function entryOf(
  { ports, world }: Pick<RunContext, 'ports' | 'world'>,
  { key }: Pick<ApplicationRuntime, 'key'>,
  { isAsked, run }: { readonly isAsked: boolean; readonly run: Pick<PlannedRun, 'targets'> },
  release: Release,
  begun: readonly Begun[],
): Promise<Entry> {
  const alone = { entry: release, insteadOf: null };
  if (release.outcome !== 'failed' || isAsked) return alone;
  let before: Release | undefined;
  try {
    const newest = await historyOf(ports.store, world, { ...key, limit: 2 });
    before = newest.find(({ id }) => id !== release.id);
  } catch {
    // What cannot be read now is not to be counted.
    return alone;
  }
  if (before === undefined || !isTheSame(before, release)) return alone;
  // What is on record at a target must be known to history: else its state would count as newer than that.
  const { id, trigger, reason, attempts = { count: 1, firstAtMs: before.startedAtMs } } = before;
  const onRecord = run.targets.map((item) => {
    const left = begun.find((one) => one.item === item)?.inventory ?? item.inventory;
    return left?.release;
  });
  if (onRecord.includes(id)) return alone;
  const counted = { ...attempts, count: attempts.count + 1 };
  // Why it was tried first is why it is tried again.
  return { entry: { ...release, trigger, reason, attempts: counted }, insteadOf: id };
}

/** What only a person brings about. */
const ordered: ReadonlySet<ReleaseTrigger> = new Set(['manual', 'rollback']);

function isTheSame(before: Release, release: Release): boolean {
  return (
    before.outcome === 'failed' &&
    !ordered.has(before.trigger) &&
    before.application === release.application &&
    before.actor === release.actor &&
    before.plan.digest === release.plan.digest &&
    sameJson(before.revision, release.revision) &&
    before.configuration === release.configuration &&
    before.error?.code === release.error?.code &&
    before.error?.resource === release.error?.resource &&
    sameJson(before.steps.map(end), release.steps.map(end)) &&
    !release.steps.some(({ result }) => result === 'done')
  );
}

function end({ target, changeDigest, result }: JournalStep): readonly string[] {
  return [target, changeDigest, result];
}
