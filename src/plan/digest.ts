import { digestOf } from '../model/digest.ts';
import type { Hasher } from '../model/digest.ts';
import type { Action, Plan } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';
import type { Desired, ResourceId } from '../model/resource.ts';
import type { JsonObject } from '../model/json.ts';

/** What one change's digest covers. Live values, commits and times are left out on purpose: see DESIGN §7. */
export interface ChangeContent {
  readonly targetUid: string;
  readonly action: Action;
  readonly id: ResourceId;
  readonly locator: JsonObject;
  /** Owned desired fields; `null` for deletes. */
  readonly fields: JsonObject | null;
  readonly wave: number;
  /** Of deletes and replacements: exactly this thing and no other. Otherwise `null`. */
  readonly uid: string | null;
  /** Paths of fields that are taken from somebody else, sorted; left out where there are none. */
  readonly takesOver?: readonly string[] | undefined;
  /** It is given up instead of run; left out where it is not. */
  readonly leftOut?: true | undefined;
  /** UID of what goes before it is run; left out where there is nothing. */
  readonly displaces?: string | undefined;
}

/** What a yes to one change is bound to; see docs/decisions/0001-plan-digest.md for what is in it. */
export function changeDigest(hash: Hasher, content: ChangeContent): string {
  return digestOf(hash, 'fairlead-change-v1', content);
}

/** What the digest of a desired set covers of each resource; an inventory remembers it, too. */
type DigestedResource = Pick<Desired, 'id' | 'locator' | 'fields' | 'wave' | 'prune' | 'deletion'>;

/** Digest of a whole desired set; the order in which resources were found does not matter. */
export function desiredDigest(hash: Hasher, desired: readonly DigestedResource[]): string {
  const parts = desired.map((item) => resourceDigest(hash, item));
  return digestOf(hash, 'fairlead-desired-set-v1', parts.toSorted());
}

interface Known {
  readonly hash: Hasher;
  readonly digest: string;
}

/** Resources are never changed, and a release asks for the digest of its set at its plan, its end and the look after it. */
const knownResources = new WeakMap<DigestedResource, Known>();

function resourceDigest(hash: Hasher, item: DigestedResource): string {
  const before = knownResources.get(item);
  if (before?.hash === hash) return before.digest;
  const digest = digestOf(hash, 'fairlead-desired-v1', {
    id: item.id,
    locator: item.locator,
    fields: item.fields,
    wave: item.wave,
    prune: item.prune,
    ...(item.deletion === undefined ? {} : { deletion: { ...item.deletion } }),
  });
  knownResources.set(item, { hash, digest });
  return digest;
}

/** Fields are never changed, and asked for their digest at each look, announcement and end of a release. */
const known = new WeakMap<JsonObject, Known>();

/** Digest of one resource's owned fields; what the inventory remembers as "applied last". */
export function fieldsDigest(hash: Hasher, fields: JsonObject): string {
  const before = known.get(fields);
  if (before?.hash === hash) return before.digest;
  const digest = digestOf(hash, 'fairlead-fields-v1', fields);
  known.set(fields, { hash, digest });
  return digest;
}

/** What a plan is for. */
export interface PlanIdentity {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
}

/** What approval is bound to: the sorted change digests and where they go, nothing that may move harmlessly. */
export function planDigest(
  hash: Hasher,
  identity: PlanIdentity,
  changeDigests: readonly string[],
): string {
  return digestOf(hash, 'fairlead-plan-v1', {
    application: identity.application,
    environment: identity.environment,
    target: identity.target,
    changes: changeDigests.toSorted(),
  });
}

/** Digest of digests over all targets of an environment. */
export function planSetDigest(hash: Hasher, plans: readonly Plan[]): string {
  return digestOf(hash, 'fairlead-plan-set-v1', plans.map((plan) => plan.digest).toSorted());
}

/** Where an inventory entry or change is, as a map key: one id can be at two places while it moves. */
export function placeKey(id: ResourceId, locatorText: string): string {
  return `${resourceKey(id)}#${locatorText}`;
}
