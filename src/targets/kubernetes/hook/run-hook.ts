import type { Hasher } from '../../../model/digest.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { Health } from '../../../model/status.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import { isFailure } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { hookFailed } from '../errors.ts';
import type { KubernetesLedger } from '../ledger/ledger.ts';
import { withAt } from '../object/pointer.ts';
import { bodyOf } from '../write/body.ts';
import { ensureNamespace } from '../write/namespace.ts';
import { removeObject } from '../write/remove.ts';
import type { RemoveWith } from '../write/remove.ts';
import { momentOf } from './hook.ts';
import type { Hook } from './hook.ts';
import { outcomeOf } from './outcome.ts';
import { hasRun, isOwnRun, isRunOf, runAnnotation } from './run-id.ts';

const firstPauseMs = 50;
const longestPauseMs = 1_000;

interface RunWith extends RemoveWith {
  readonly hash: Hasher;
  readonly ledger: Pick<KubernetesLedger, 'owner'>;
}

/**
 * Makes the object that a hook is and waits until it has done its work. A run of the same wish that is under way, or has
 * ended well, is not repeated: after a crash its end is waited for, or taken. What is left of any other goes first. The
 * object goes after the release where its policy says so, because hooks that follow may need it; one of a removal always.
 * @throws FairleadError `kubernetes.hook-failed` with why
 */
export async function runHook(
  tools: RunWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  hook: Hook,
): Promise<Applied> {
  const moment = momentOf(hook);
  const goes =
    hook.deletions.includes('HookSucceeded') ||
    moment === 'before-removal' ||
    moment === 'after-removal';
  const done = (uid: string): Applied => ({
    uid,
    ...(goes && { tidy: (signal) => removeRun(tools, client, type, { ...effect, uid, signal }) }),
  });
  if (effect.uid !== null && hasRun(effect.uid)) return done(effect.uid);
  const run = fieldsDigest(tools.hash, effect.desired.fields);
  const earlier = await earlierRun(tools, client, type, effect, { hook, run });
  if (earlier === null) await effect.fence();
  const object = earlier ?? (await make(tools, client, type, effect, run));
  const outcome = await untilDone(tools, client, type, effect, object);
  if (outcome.status === 'Healthy') return done(object.metadata.uid);
  await effect.onFailed?.(effect.signal);
  if (hook.deletions.includes('HookFailed'))
    await removeObject(tools, { ...effect, uid: object.metadata.uid });
  const isBefore = moment === 'before-removal';
  const more = isBefore ? '; nothing is deleted before it ends well' : '';
  throw hookFailed({
    message: `${hook.phase} hook ${showResource(effect.id)} failed: ${outcome.message}${more}`,
    resource: showResource(effect.id),
    ...(isBefore && { hint: wayOut(effect) }),
  });
}

function wayOut({ key }: ApplyEffect): string {
  return `Correct it, or remove the application without it: \`fairlead sync ${inventoryKey(key)} --no-hooks\`.`;
}

/** Takes away what earlier runs of a hook have left, where it is given up. What is no run of it stays. */
export async function removeRuns(
  tools: RunWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
): Promise<void> {
  const { id, desired, signal, applicationUid } = effect;
  const object = await client.get(type, id, { signal });
  if (object === null) return;
  const owner = await tools.ledger.owner(resourceKey(id));
  const isOwned = owner?.applicationUid === applicationUid;
  if (isOwnRun(object, fieldsDigest(tools.hash, desired.fields), isOwned))
    await removeObject(tools, { ...effect, uid: object.metadata.uid });
}

/** Takes away the object of a run; what has come in its place stays. */
async function removeRun(
  tools: RunWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
): Promise<void> {
  const object = await client.get(type, effect.id, { signal: effect.signal });
  if (object?.metadata.uid === effect.uid) await removeObject(tools, effect);
}

/**
 * The run that is there already and need not be repeated. Every other run of it goes, and what was agreed to go for it.
 * @returns `null`: nothing is there any more
 */
async function earlierRun(
  tools: RunWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  { hook, run }: { readonly hook: Hook; readonly run: string },
): Promise<KubeObject | null> {
  const { id, signal } = effect;
  const before = await client.get(type, id, { signal });
  if (before === null) return null;
  const owner = await tools.ledger.owner(resourceKey(id));
  const isOwned = owner?.applicationUid === effect.applicationUid;
  const mayGo = isOwnRun(before, run, isOwned) || before.metadata.uid === effect.displaces;
  if (!mayGo && before.metadata.deletionTimestamp === undefined) {
    throw preconditionFailed({
      message: `${showResource(id)} is already there, and is no run of Fairlead's ${hook.phase} hook of that name`,
      resource: showResource(id),
      hint: 'See in `fairlead plan` what becomes of it, or delete it, if nobody needs it.',
    });
  }
  if (isRunOf(before, run) && before.metadata.deletionTimestamp === undefined) {
    const ended = outcomeOf(before);
    // On record, and due nevertheless: it ran for an earlier release of the same, and another state was released since.
    const isOfBefore = before.metadata.uid === effect.recordedUid;
    const isAnew = momentOf(hook) === 'failure' || effect.again === true || isOfBefore;
    if (!isAnew && (ended === null || ended.status === 'Healthy')) return before;
    // Each release that fails or comes again, and each person who asks, has a run of its own; the one before is let end first.
    if (ended === null) await untilDone(tools, client, type, effect, before);
  }
  await removeObject(tools, { ...effect, uid: before.metadata.uid });
  return null;
}

/** Makes it, and nothing but it: applying would merge into what somebody else has made in the meantime. */
async function make(
  tools: Pick<RemoveWith, 'existence'>,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  run: string,
): Promise<KubeObject> {
  const { id, desired, signal } = effect;
  const body = withAt(bodyOf(desired, null, null), ['metadata', 'annotations', runAnnotation], run);
  const send = () => client.create(type, id.namespace, body, { signal });
  try {
    try {
      return (await send()).object;
    } catch (thrown) {
      await ensureNamespace({ ...tools, client }, effect, thrown);
      return (await send()).object;
    }
  } catch (thrown) {
    if (!isFailure(thrown, 'kubernetes.already-exists')) throw thrown;
    throw preconditionFailed({
      message: `${showResource(id)} was made by somebody else right before the hook was to run`,
      resource: showResource(id),
      cause: thrown,
    });
  }
}

async function untilDone(
  { clock }: RemoveWith,
  client: KubernetesClient,
  type: ResourceType,
  { id, signal }: ApplyEffect,
  made: KubeObject,
): Promise<Health> {
  let object: KubeObject | null = made;
  let pauseMs = firstPauseMs;
  for (;;) {
    if (object === null || object.metadata.uid !== made.metadata.uid)
      return { status: 'Missing', message: 'somebody removed it while it ran' };
    const health = outcomeOf(object);
    if (health !== null) return health;
    await clock.sleep(pauseMs, signal);
    signal.throwIfAborted();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    object = await client.get(type, id, { signal });
  }
}
