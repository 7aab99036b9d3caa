import { showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Effect } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { notEstablished } from '../errors.ts';
import { branch, objects, text } from '../object/reading.ts';

const firstPauseMs = 20;
const longestPauseMs = 500;
/** Of the effect's time, so that what is missing can still be named. */
const share = 0.8;

/** Whether it defines a kind, so that objects of the kind have to wait for it. */
export function isDefinition({ group, kind }: ResourceId): boolean {
  return group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition';
}

/** Waits until the server serves a new kind, then lets discovery learn of it. @throws FairleadError `kubernetes.not-established` */
export async function awaitEstablished(
  tools: { readonly clock: Clock; readonly discovery: Discovery },
  client: KubernetesClient,
  type: ResourceType,
  effect: Effect,
): Promise<void> {
  const { clock, discovery } = tools;
  const deadlineMs = clock.monotonicMs() + effect.timeoutMs * share;
  let pauseMs = firstPauseMs;
  for (;;) {
    const object = await client.get(type, effect.id, { signal: effect.signal });
    const why = object === null ? 'it is gone' : whyNot(object);
    if (why === null) break;
    if (clock.monotonicMs() > deadlineMs) {
      throw notEstablished({
        message: `${showResource(effect.id)} is not established: ${why}`,
        resource: showResource(effect.id),
      });
    }
    await clock.sleep(pauseMs, effect.signal);
    effect.signal.throwIfAborted();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  discovery.refresh();
}

function whyNot(object: KubeObject): string | null {
  const conditions = objects(branch(object['status'])['conditions']);
  const of = (name: string) => conditions.find(({ type }) => type === name);
  const established = of('Established');
  if (established?.['status'] === 'True') return null;
  const names = of('NamesAccepted');
  const told = names?.['status'] === 'False' ? names : established;
  return told === undefined ? 'no condition yet' : text(told['message']) || text(told['reason']);
}
