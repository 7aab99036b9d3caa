import { errorRecord, toFairleadError } from '../../../model/error.ts';
import type { ErrorRecord, FairleadError } from '../../../model/error.ts';
import { showResource } from '../../../model/resource.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Desired, Live, Observation } from '../../../model/resource.ts';
import type { CallOptions, KubernetesClient } from '../client/client.ts';
import { fieldConflictsOf, isFailure, isUntriable, serverFailureOf } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { fieldValidationOf } from '../manifest/payload.ts';
import { bodyOf, needsLive } from '../write/body.ts';
import { itemsBack, restoringManager } from '../write/items-back.ts';
import { tryAnew } from './try-anew.ts';
import { immutableIn } from './immutable.ts';

/** What the server says to a wish, without taking it. */
type Tried =
  | { readonly kind: 'object'; readonly object: KubeObject }
  | { readonly kind: 'refused'; readonly reason: Pick<Live, 'immutable' | 'refused'> }
  /** It depends on the live object, which was not given. */
  | { readonly kind: 'conflict' };

/**
 * Asks the server by a dry run. With `live` given, fields that others hold count as taken over; without, they are a
 * conflict. With `owned`, what was applied last, an item that somebody put in the place of one of ours is a conflict, too. @throws FairleadError where the server gave no answer that lasts
 */
export async function tryWish(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  live: KubeObject | null,
  signal: AbortSignal | undefined,
  owned: JsonObject | null = null,
): Promise<Tried> {
  if (live === null && needsLive(desired)) return { kind: 'conflict' };
  try {
    const { object } = await client.apply(type, desired.id, bodyOf(desired, live, null), {
      dryRun: true,
      force: live !== null,
      fieldValidation: fieldValidationOf(desired),
      ...(signal === undefined ? {} : { signal }),
    });
    return { kind: 'object', object };
  } catch (thrown) {
    if (fieldConflictsOf(thrown).length > 0) return { kind: 'conflict' };
    const error = toFairleadError(thrown);
    if (error.class !== 'input' && error.class !== 'denied') throw error;
    if (live !== null && (await goesWithItemsBack(client, type, desired, live, owned)))
      return { kind: 'conflict' };
    return { kind: 'refused', reason: await reasonOf(client, type, desired, error, signal) };
  }
}

/** Whether the server would take what was applied last, once items are back in whose place others are. */
async function goesWithItemsBack(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  live: KubeObject,
  owned: JsonObject | null,
): Promise<boolean> {
  const patch = itemsBack(bodyOf(desired, live, null), live, owned);
  if (patch === null) return false;
  try {
    const options = { dryRun: true, patchType: 'merge', fieldManager: restoringManager } as const;
    await client.patch(type, desired.id, patch, options);
    return true;
  } catch {
    // Then what the server said to the wish itself is what has to be said.
    return false;
  }
}

/**
 * Why a wish was refused. What cannot be changed in place is one reason of several, perhaps: where it may be made anew, it is
 * asked whether all else would be taken, before what is there is deleted for it.
 */
async function reasonOf(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  error: FairleadError,
  signal: AbortSignal | undefined,
): Promise<Pick<Live, 'immutable' | 'refused'>> {
  const refused = (why: FairleadError) => ({ refused: refusedAs(desired, why) });
  const found = immutableIn(serverFailureOf(error)?.causes ?? []);
  const mayBeAnew = desired.replaceable === true;
  if (found === null || (!found.isAll && !mayBeAnew)) return refused(error);
  const immutable = found.words;
  if (!mayBeAnew) return { immutable };
  try {
    await tryAnew(client, type, desired, signal === undefined ? {} : { signal });
    return { immutable };
  } catch (thrown) {
    const why = toFairleadError(thrown);
    if (why.class !== 'input' && why.class !== 'denied') throw why;
    return refused(why);
  }
}

function refusedAs({ origin, id }: Desired, error: FairleadError): ErrorRecord {
  const where = origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
  return { ...errorRecord(error), message: `${showResource(id)} (${where}): ${error.message}` };
}

/** What a server says of something that is not there yet. */
export type TriedNew = Extract<Observation, { kind: 'absent' }>;

/**
 * Asks the server by a dry run whether it will take what is not there. What it cannot say before other things are there, or
 * just now, is said when it is made: its namespace, which the release makes, or a webhook that is away.
 */
export async function tryNew(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  limits: CallOptions,
): Promise<TriedNew> {
  const send = () =>
    client.apply(type, desired.id, bodyOf(desired, null, null), tryOptions(desired, limits));
  return verdictOf(desired, send, limits);
}

/**
 * As `tryNew`, for what is only ever made and never changed: a hook. That its name is taken is told after everything else was
 * looked at, and says no more than that an earlier run is still there.
 */
export async function tryHook(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  limits: CallOptions,
): Promise<TriedNew> {
  const body = bodyOf(desired, null, null);
  const send = () =>
    client.create(type, desired.id.namespace, body, tryOptions(desired, limits)).catch((thrown) => {
      if (!isFailure(thrown, 'kubernetes.already-exists')) throw thrown;
    });
  return verdictOf(desired, send, limits);
}

function tryOptions(desired: Desired, limits: CallOptions) {
  return { ...limits, dryRun: true, fieldValidation: fieldValidationOf(desired) } as const;
}

async function verdictOf(
  desired: Desired,
  send: () => Promise<unknown>,
  { signal }: CallOptions,
): Promise<TriedNew> {
  try {
    await send();
    return { kind: 'absent' };
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = toFairleadError(thrown);
    // Nothing answered at all: then nothing is known, and nobody else need ask.
    if (isFailure(error, 'kubernetes.unavailable') && serverFailureOf(error) === null) throw error;
    const isVerdict = error.class === 'input' || error.class === 'denied';
    if (!isVerdict || isUntriable(error)) return { kind: 'absent' };
    const mayPass = error.class === 'denied';
    return { kind: 'absent', refused: refusedAs(desired, error), ...(mayPass && { mayPass }) };
  }
}
