import { healthOf } from '../../../health/kubernetes/health-of.ts';
import { showResource } from '../../../model/resource.ts';
import type { Health } from '../../../model/status.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { hookFailed } from '../errors.ts';
import { payloadOf } from '../manifest/payload.ts';
import { managedLabel } from '../names.ts';
import { branch, text } from '../object/reading.ts';
import { bodyOf } from '../write/body.ts';
import { ensureNamespace } from '../write/namespace.ts';
import { removeObject } from '../write/remove.ts';
import type { RemoveWith } from '../write/remove.ts';
import type { Hook } from './hook.ts';

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Makes the object that a hook is, waits until it has done its work, and takes it away as its policy says. What is left of
 * an earlier run goes first. At least once: a run whose end was not seen is repeated.
 * @throws FairleadError `kubernetes.hook-failed` with why
 */
export async function runHook(
  tools: RemoveWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  hook: Hook,
): Promise<Applied> {
  const { id, desired, signal } = effect;
  const before = await client.get(type, id, { signal });
  if (before !== null) {
    if (before.metadata.labels?.[managedLabel] !== 'true') {
      throw preconditionFailed({
        message: `${showResource(id)} is there already, and is no hook of Fairlead's`,
        resource: showResource(id),
      });
    }
    await removeObject(tools, { ...effect, uid: before.metadata.uid });
  }
  await effect.fence();
  const object = await make(client, type, effect);
  const outcome = await untilDone(tools, client, type, effect, object);
  const policy = outcome.status === 'Healthy' ? 'HookSucceeded' : 'HookFailed';
  if (hook.deletions.includes(policy))
    await removeObject(tools, { ...effect, uid: object.metadata.uid });
  if (outcome.status !== 'Healthy') {
    throw hookFailed({
      message: `${hook.phase} hook ${showResource(id)} failed: ${outcome.message}`,
      resource: showResource(desired.id),
    });
  }
  return { uid: object.metadata.uid };
}

async function make(
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
): Promise<KubeObject> {
  const { id, desired, signal } = effect;
  const { createNamespace } = payloadOf(desired).options;
  const send = () => client.apply(type, id, bodyOf(desired, null, null), { signal });
  try {
    return (await send()).object;
  } catch (thrown) {
    await ensureNamespace(client, id, createNamespace, thrown, effect);
    return (await send()).object;
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

/** How a hook ended; `null`: it goes on. A pod that runs well has not ended. */
function outcomeOf(object: KubeObject): Health | null {
  const isPod = object.kind === 'Pod' && object.apiVersion === 'v1';
  if (isPod && text(branch(object['status'])['phase']) === 'Running') return null;
  const health = healthOf(object);
  return health.status === 'Healthy' || health.status === 'Degraded' ? health : null;
}
