import type { Hasher } from '../../../model/digest.ts';
import { digestOf } from '../../../model/digest.ts';
import { canonicalJson } from '../../../model/json.ts';
import type { Sealer } from '../../../model/sealed.ts';
import type { KubeObject } from '../client/object.ts';
import { ownSet, project } from './fields-v1.ts';

/**
 * Digest of the values that our fields have in an object: the same in the answer to an apply, in a watch event and in a
 * list. Empty when nothing is ours. Keyed where the values are secrets, which a plain digest would let people guess.
 */
export function baselineOf(hash: Hasher, sealer: Sealer, object: KubeObject): string {
  const set = ownSet(object);
  if (Object.keys(set).length === 0) return '';
  const owned = project(object, set);
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1')
    return digestOf(hash, 'fairlead-baseline-v1', owned);
  const { keyId, hmac } = sealer.seal(`fairlead-baseline-v1\n${canonicalJson(owned)}`).$sealed;
  return `hmac:${keyId}:${hmac}`;
}
