import type { JsonObject } from '../../../model/json.ts';
import type { Desired } from '../../../model/resource.ts';
import type { KubeObject } from '../client/object.ts';
import { covers, ownSet } from '../object/fields-v1.ts';
import type { FieldSet } from '../object/fields-v1.ts';
import { hookMember } from '../hook/hook.ts';
import { payloadOf } from '../manifest/payload.ts';
import { at, parsePointer, withAt } from '../object/pointer.ts';
import { unshape } from '../object/shape.ts';

/**
 * What is sent for a wish. Fields that were released to others are part of it only while nothing is there; later only
 * as they are live, and only while nobody else has written them: to leave one out that we still own would reset it.
 */
export function bodyOf(desired: Desired, live: KubeObject | null, uid: string | null): JsonObject {
  const payload = payloadOf(desired);
  const { [hookMember]: _hook, ...fields } = desired.fields;
  let body = unshape(fields, desired.secret, payload.long);
  for (const [pointer, first] of Object.entries(payload.released)) {
    const parts = parsePointer(pointer);
    if (live === null) body = withAt(body, parts, first);
    else if (
      covers(
        ownSet(live),
        parts.map((part) => `f:${part}`),
      )
    ) {
      body = withAt(body, parts, at(live, parts));
    }
  }
  if (live !== null && payload.ignoredManagers.length > 0)
    body = withoutFieldsOf(body, live, payload.ignoredManagers);
  return uid === null ? body : withAt(body, ['metadata', 'uid'], uid);
}

/** Whether the live object has to be known before a body can be made for it. */
export function needsLive(desired: Desired): boolean {
  const { released, ignoredManagers } = payloadOf(desired);
  return ignoredManagers.length > 0 || Object.keys(released).length > 0;
}

function withoutFieldsOf(
  body: JsonObject,
  live: KubeObject,
  managers: readonly string[],
): JsonObject {
  let kept = body;
  for (const { manager, fieldsV1 } of live.metadata.managedFields ?? []) {
    if (!managers.includes(manager) || fieldsV1 === undefined) continue;
    for (const path of memberPaths(fieldsV1)) kept = withAt(kept, path, undefined);
  }
  return kept;
}

/** Ways to what a set holds, as far as it is members of members; what is in lists is left to its list. */
function memberPaths(set: FieldSet, prefix: readonly string[] = []): readonly string[][] {
  return Object.entries(set).flatMap(([step, further]) => {
    if (!step.startsWith('f:')) return [];
    const path = [...prefix, step.slice(2)];
    const inner = memberPaths(further as FieldSet, path);
    const isLeaf = Object.keys(further as FieldSet).every((name) => name === '.');
    return isLeaf ? [path] : inner;
  });
}
