import type { Hasher } from '../../../model/digest.ts';
import { errorRecord } from '../../../model/error.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { Desired, InTheWay, Live, Observation, ResourceId } from '../../../model/resource.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import type { Recorded, Reference } from '../../target.ts';
import { liveMarksOf } from '../manifest/live-marks.ts';
import { payloadOf } from '../manifest/payload.ts';
import { text } from '../object/reading.ts';
import type { ReadWith } from '../read/read.ts';
import type { HookEvent } from './hook.ts';
import { hookIn, momentOf } from './hook.ts';
import { outcomeOf } from './outcome.ts';
import { hasRun, isOwnRun, notRun } from './run-id.ts';

/** What decides whether a hook is meant, beside itself. */
interface Circumstances {
  /** What is to be run at another moment than with a release is about to be. */
  readonly isDue: boolean;
  /** What has the name of a hook and is no run of it; asked for what is about to run, or may at any time. */
  readonly inTheWay: (desired: Desired) => Promise<InTheWay | null>;
  /** What the server says of one that is about to run: what it will not take is told before anything is touched. */
  readonly tries: (desired: Desired) => Promise<Extract<Observation, { kind: 'absent' }>>;
  /** Whether anything else of the application is there already. */
  readonly isInstalled: boolean;
  /** Whether what was there before is gone back to. */
  readonly goesBack: boolean;
}

/**
 * Whether a hook is due: `absent`, as something that is to be made. What ran for the same wish counts as there, whatever
 * has become of its object. What other moments wait for is there as soon as it is recorded.
 */
export async function observeHook(
  hash: Hasher,
  { recorded = null, id }: Reference,
  desired: Desired,
  circumstances: Circumstances,
): Promise<Observation> {
  const present = (uid: string, message: string, inTheWay: InTheWay | null = null): Observation => {
    const status = { health: 'Healthy', message };
    const live: Live = { id, uid, fields: desired.fields, texts: {}, status };
    return { kind: 'present', live: { ...live, ...(inTheWay && { inTheWay }) } };
  };
  const { hook } = payloadOf(desired);
  const moment = hook === null ? 'release' : momentOf(hook);
  const uid = recorded?.uid ?? null;
  try {
    if (moment === 'failure') {
      const obstacle = hasRun(uid) ? null : await circumstances.inTheWay(desired);
      return present(uid ?? notRun, 'runs when a release fails', obstacle);
    }
    if (moment !== 'release') {
      const isNext = circumstances.isDue && !hasRun(uid);
      const obstacle = isNext ? await circumstances.inTheWay(desired) : null;
      // However an earlier removal ended: it is due with the next one.
      return present(notRun, 'runs when the application is removed', obstacle);
    }
    const ran = uid !== null && recorded?.digest === fieldsDigest(hash, desired.fields);
    if (ran || !isMeant(hook?.events ?? null, recorded, circumstances))
      return present(uid ?? notRun, ran ? 'has run' : 'is not for this release');
    const obstacle = await circumstances.inTheWay(desired);
    return { ...(await circumstances.tries(desired)), ...(obstacle && { inTheWay: obstacle }) };
  } catch (thrown) {
    return { kind: 'unreadable', error: errorRecord(thrown) };
  }
}

function isMeant(
  events: readonly HookEvent[] | null,
  recorded: Recorded | null,
  { isInstalled, goesBack }: Pick<Circumstances, 'isInstalled' | 'goesBack'>,
): boolean {
  if (events === null) return true;
  if (goesBack) return events.includes('rollback');
  // Announced by a first release that did not get to it, it is still due.
  const isFirst = recorded === null ? !isInstalled : recorded.uid === null;
  const isLater = isInstalled || recorded?.uid != null;
  return (events.includes('install') && isFirst) || (events.includes('upgrade') && isLater);
}

/** Whether a reference is to a hook that is no longer wanted. */
export function isLeftHook({ desired, recorded }: Reference): boolean {
  return desired === null && recorded != null && hookIn(recorded.fields) !== null;
}

const toBeLookedAt = 'it failed as a hook, and is there to be looked at until the next release';

/** What a hook that is no longer wanted has left: the object of its last run, and nothing else that has its name. */
export async function observeLeftHook(
  tools: Pick<ReadWith, 'outage' | 'clientFor' | 'typeOf'>,
  key: InventoryKey,
  { id, recorded }: Reference,
  signal: AbortSignal | undefined,
  isDue: boolean,
): Promise<Observation> {
  if (recorded == null) return { kind: 'absent' };
  // Whatever has become of it is asked for when it is to go.
  if (recorded.deletion?.onlyOnRemoval === true && !isDue)
    return { kind: 'present', live: leftOf(id, recorded.uid ?? notRun, recorded) };
  try {
    const type = await tools.typeOf(id, text(recorded.fields['apiVersion']));
    if (type === null) return { kind: 'absent' };
    const options = signal === undefined ? {} : { signal };
    const object = await tools.outage.ask(() => tools.clientFor(key).get(type, id, options));
    if (object === null) return { kind: 'absent' };
    const { uid } = object.metadata;
    if (recorded.uid !== uid && !isOwnRun(object, recorded.digest, true)) return { kind: 'absent' };
    const marks = liveMarksOf(object);
    const left = { ...leftOf(id, uid, recorded), ...(marks && { marks }) };
    const hasFailed = outcomeOf(object)?.status === 'Degraded';
    const live = hasFailed ? { ...left, outlasts: toBeLookedAt } : left;
    return { kind: 'present', live };
  } catch (thrown) {
    signal?.throwIfAborted();
    return { kind: 'unreadable', error: errorRecord(thrown) };
  }
}

function leftOf(id: ResourceId, uid: string, { fields }: Pick<Recorded, 'fields'>): Live {
  const status = { health: 'Healthy', message: 'is what a hook has left' };
  return { id, uid, fields, texts: {}, status };
}
