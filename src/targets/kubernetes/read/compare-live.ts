import { isJsonObject, sameJson } from '../../../model/json.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Desired, Live } from '../../../model/resource.ts';
import { diffFields } from '../../../plan/field-diff.ts';
import { isAsAnnounced } from './announced.ts';
import type { Scalers } from './scalers.ts';
import { withScaled } from './scalers.ts';
import type { Recorded } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { marksOf } from '../manifest/normalise.ts';
import { compareObjects } from '../object/compare.ts';
import type { Difference } from '../object/compare.ts';
import { hasField, holderOf, ownSet, project } from '../object/fields-v1.ts';
import { isWithin } from '../object/locate.ts';
import { at, withAt } from '../object/pointer.ts';
import type { Shaper } from '../object/shape.ts';
import { payloadOf } from '../manifest/payload.ts';
import { holderAtOtherVersion } from './other-version.ts';
import { tryWish } from './try-wish.ts';

/** A live object as planning sees it, but for who and how it is. */
type Found = Omit<Live, 'id' | 'uid' | 'status'>;

interface CompareInput {
  readonly shaper: Shaper;
  readonly client: KubernetesClient;
  readonly type: ResourceType;
  readonly desired: Desired | null;
  readonly recorded: Recorded | null;
  readonly live: KubeObject;
  readonly signal: AbortSignal | undefined;
  readonly scalers: Scalers;
}

/**
 * The live object in the shape of the wish. `fields` is the wish's own where all of it is as wished. Where the server
 * writes values in another way than the source does, it is asked what it would make of the wish.
 */
export async function compareLive(input: CompareInput): Promise<Found> {
  const { desired, recorded, live, shaper, client, type, signal } = input;
  const shaped = shaper.shape(live);
  const owned = project(shaped.fields, ownSet(live));
  const { apiVersion, kind } = live;
  const ours: JsonObject = { apiVersion, kind, ...(isJsonObject(owned) ? owned : {}) };
  const isAsLeft = async (left: Recorded): Promise<boolean> =>
    sameJson(withoutName(left.fields), ours) ||
    (await isAsAnnounced(client, type, left, live, signal));
  if (desired === null) {
    const fields = recorded !== null && (await isAsLeft(recorded)) ? recorded.fields : ours;
    return { fields, texts: shaped.texts };
  }
  if (sameJson(withoutName(desired.fields), ours))
    return { fields: desired.fields, texts: desired.texts };
  if (recorded !== null && recorded.uid === null) {
    // Announced, and nobody knows who made what is there: only if that is it, does the record say whose it is.
    const isIt = await isAsLeft(recorded);
    const found = await compareWish(input, desired, isIt ? recorded : null, { shaped, ours });
    return found.fields === desired.fields ? found : { ...found, isAsAnnounced: isIt };
  }
  return await compareWish(input, desired, recorded, { shaped, ours });
}

interface Shown {
  readonly shaped: ReturnType<Shaper['shape']>;
  /** What of the live object our manager holds. */
  readonly ours: JsonObject;
}

async function compareWish(
  input: CompareInput,
  desired: Desired,
  recorded: Recorded | null,
  { shaped, ours }: Shown,
): Promise<Found> {
  const { live, shaper, client, type, signal } = input;
  const released = await input.scalers.withoutScaled(desired);
  if (released !== desired) {
    const found = await compareLive({ ...input, desired: released, recorded });
    const isAsWished = found.fields === released.fields;
    return { ...found, fields: isAsWished ? desired.fields : withScaled(desired, found.fields) };
  }
  const tried = await tryWish(client, type, desired, live, signal, recorded?.fields ?? null);
  if (tried.kind !== 'object') {
    const why = tried.kind === 'refused' ? tried.reason : {};
    return { fields: withNameOf(desired.fields, ours), texts: shaped.texts, ...why };
  }
  const { fields, differences } = compareObjects({
    wish: desired.fields,
    applied: shaper.shape(tried.object).fields,
    appliedSet: ownSet(tried.object),
    live: shaped.fields,
    liveSet: ownSet(live),
  });
  const shown = recorded === null ? asIfMarked(fields, desired.fields) : fields;
  if (sameJson(shown, desired.fields)) return { fields: desired.fields, texts: desired.texts };
  const about = { ...input, recorded };
  const heldBy = await holders(about, desired, tried.object, shown, differences);
  const isHeld = Object.keys(heldBy).length > 0;
  // Beside what is wished for, `compareObjects` shows nothing but what we hold.
  return { fields: shown, texts: shaped.texts, owned: shown, ...(isHeld ? { heldBy } : {}) };
}

/** Members that no manager owns, because they are an object's name. */
function withoutName(fields: JsonObject): JsonObject {
  const { metadata } = fields;
  if (!isJsonObject(metadata)) return fields;
  const { name: _name, namespace: _namespace, ...rest } = metadata;
  return { ...fields, metadata: rest };
}

/** The opposite: what is there has the name that is wished for, or it would be another object. */
function withNameOf(wish: JsonObject, fields: JsonObject): JsonObject {
  const members = ['name', 'namespace'].filter(
    (member) => at(wish, ['metadata', member]) !== undefined,
  );
  return members
    .map((member) => ['metadata', member])
    .reduce((named, path) => withAt(named, path, at(wish, path)), fields);
}

/** Our own marks are no difference of something that was never ours: adopting puts them on. */
function asIfMarked(fields: JsonObject, wish: JsonObject): JsonObject {
  return Object.keys(marksOf({ application: '', environment: '' }))
    .map((label) => ['metadata', 'labels', label])
    .reduce((marked, path) => withAt(marked, path, at(wish, path)), fields);
}

/** Who else keeps what differs, and was not written by our last release. */
async function holders(
  { client, type, live, recorded, signal }: CompareInput,
  desired: Desired,
  applied: KubeObject,
  shown: JsonObject,
  differences: readonly Difference[],
): Promise<Readonly<Record<string, string>>> {
  if (payloadOf(desired).options.force) return {};
  const held: Record<string, string> = {};
  const free: string[] = [];
  for (const { path } of diffFields(desired.fields, shown, recorded?.fields ?? null)) {
    for (const difference of differences) {
      if (!isWithin(path, difference.words)) continue;
      if (recorded !== null && hasField(recorded.fields, difference.path)) continue;
      const holder = holderOf(live, difference.path);
      if (holder === null) free.push(path);
      else held[path] ??= holder;
    }
  }
  if (free.length === 0) return held;
  const other = await holderAtOtherVersion({ client, type, desired, live, applied, signal });
  if (other !== null) for (const path of free) held[path] ??= other;
  return held;
}
