import type { InventoryKey } from '../../../model/inventory.ts';
import { showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Effect } from '../../target.ts';
import type { DeleteOptions, KubernetesClient } from '../client/client.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { deleteBlocked } from '../errors.ts';
import { branch, text } from '../object/reading.ts';
import type { Existence } from '../read/existence.ts';
import type { Reported } from '../read/reported.ts';
import type { Sightings } from '../read/sightings.ts';
import { blockersOf } from './blockers.ts';
import { asPrecondition } from './precondition.ts';

const firstPauseMs = 20;
const longestPauseMs = 1_000;
/** Of the effect's time, so that what holds it up can still be named. */
const share = 0.8;

/** What deleting takes; a part of what writing takes. */
export interface RemoveWith {
  readonly clock: Clock;
  readonly sightings: Sightings;
  readonly existence: Existence;
  readonly reported: Reported;
  readonly clientFor: (key: InventoryKey) => KubernetesClient;
  readonly typeOf: (id: ResourceId, apiVersion: string | null) => Promise<ResourceType | null>;
}

/**
 * Somebody may have marked it since it was planned that it goes.
 * @throws FairleadError `target.precondition-failed`, as far as watching knows
 */
export async function refuseMarked(tools: RemoveWith, { id, uid, signal }: Effect): Promise<void> {
  const type = await tools.typeOf(id, null);
  const sighting = type === null ? null : await tools.sightings.look(type, id, signal);
  if (sighting?.kind !== 'seen' || sighting.seen.uid !== uid) return;
  const kept = sighting.seen.extra.marks?.kept;
  if (kept === undefined) return;
  throw preconditionFailed({
    message: `${showResource(id)} is not deleted: at the cluster it has ${kept}`,
    resource: showResource(id),
  });
}

/**
 * Deletes the object with this very UID and waits until it is gone. Finalizers are waited for and named, never removed.
 * @throws FairleadError `target.precondition-failed` for another object, `kubernetes.delete-blocked`
 */
export async function removeObject(tools: RemoveWith, effect: Effect): Promise<void> {
  const { key, id, uid, signal } = effect;
  signal.throwIfAborted();
  const apiVersion = effect.owned?.['apiVersion'];
  const type = await tools.typeOf(id, typeof apiVersion === 'string' ? apiVersion : null);
  await effect.fence();
  if (type === null || uid === null) return;
  const client = tools.clientFor(key);
  const propagation = propagationOf(effect);
  const done = async (): Promise<void> => {
    tools.sightings.noteRemoved(type, id, uid);
    tools.reported.note(key, id, null);
    await tools.existence.note(type, id, false);
  };
  try {
    const answer = await client.delete(type, id, { uid, propagation, signal });
    if (answer.kind !== 'deleting') return await done();
  } catch (thrown) {
    throw asPrecondition(thrown, effect);
  }
  const { clock } = tools;
  const deadlineMs = clock.monotonicMs() + effect.timeoutMs * share;
  let pauseMs = firstPauseMs;
  let told = '';
  for (;;) {
    const object = await client.get(type, id, { signal });
    if (object === null || object.metadata.uid !== uid) return await done();
    const leftMs = deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) {
      throw deleteBlocked({
        message: `${showResource(id)} does not go: ${blockersOf(object)}`,
        resource: showResource(id),
      });
    }
    const why = blockersOf(object);
    if (pauseMs >= longestPauseMs && why !== told) {
      told = why;
      effect.onWaiting?.(why);
    }
    // Never past the deadline: behind it nobody listens to the name of what holds it up.
    await clock.sleep(Math.min(pauseMs, leftMs), signal);
    signal.throwIfAborted();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** As the source said when it was applied last: `PrunePropagationPolicy`. */
function propagationOf({ owned, dependents }: Effect): NonNullable<DeleteOptions['propagation']> {
  if (dependents !== undefined) return dependents === 'first' ? 'Foreground' : 'Orphan';
  // What was recorded before that was.
  const annotations = branch(owned ?? undefined, 'metadata', 'annotations');
  const options = text(annotations['argocd.argoproj.io/sync-options']).toLowerCase();
  if (options.includes('prunepropagationpolicy=foreground')) return 'Foreground';
  return options.includes('prunepropagationpolicy=orphan') ? 'Orphan' : 'Background';
}
