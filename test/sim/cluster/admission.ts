import type { JsonObject } from '../../../src/model/json.ts';
import { resourceOf } from './kind.ts';
import type { Kind } from './kind.ts';
import { quota } from './kinds.ts';
import { forbiddenBecause } from './status.ts';
import type { Refusal } from './status.ts';
import type { Storage } from './storage.ts';
import { textAt } from './value.ts';

/**
 * What a webhook or a policy makes of an object on its way in, also of its own result. Who manages which field is settled
 * before it, and not again.
 */
export type Mutation = (kind: Kind, object: JsonObject) => JsonObject;

/** Why a quota of the namespace has no room for one more; `null`: there is none that has not. Numbers of objects alone. */
export function exceeds(
  storage: Storage,
  { kind, namespace, name }: { kind: Kind; namespace: string; name: string },
): Refusal | null {
  const counted = `count/${resourceOf(kind)}`;
  for (const one of kind.namespaced ? storage.list(quota, namespace) : []) {
    const most = textAt(one, 'status', 'hard', counted);
    const used = storage.list(kind, namespace).length;
    if (most === '' || used < Number(most)) continue;
    const why = `exceeded quota: ${textAt(one, 'metadata', 'name')}, requested: ${counted}=1, used: ${counted}=${used}, limited: ${counted}=${most}`;
    return forbiddenBecause(kind, name, why);
  }
  return null;
}
