import type { JsonObject } from '../../../model/json.ts';
import type { Desired } from '../../../model/resource.ts';
import type { KubeObject } from '../client/object.ts';
import { hookMember } from '../hook/hook.ts';
import { payloadOf } from '../manifest/payload.ts';
import { withAt } from '../object/pointer.ts';
import { unshape } from '../object/shape.ts';
import { withReleased, withoutHeldBy } from './released.ts';

/**
 * What is sent for a wish. Fields that were released to others are part of it only while nothing is there; later only
 * as they are live, and only while nobody else has written them: to leave one out that we still own would reset it.
 */
export function bodyOf(desired: Desired, live: KubeObject | null, uid: string | null): JsonObject {
  const payload = payloadOf(desired);
  const { [hookMember]: _hook, ...fields } = desired.fields;
  let body = unshape(fields, desired.secret, payload.long);
  body = withReleased(body, payload.released, live);
  if (live !== null && payload.ignoredManagers.length > 0)
    body = withoutHeldBy(body, live, payload.ignoredManagers);
  return uid === null ? body : withAt(body, ['metadata', 'uid'], uid);
}

/** Whether the live object has to be known before a body can be made for it. */
export function needsLive(desired: Desired): boolean {
  const { released, ignoredManagers } = payloadOf(desired);
  return ignoredManagers.length > 0 || Object.keys(released).length > 0;
}
