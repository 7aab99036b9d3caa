import type { Hasher } from '../../../model/digest.ts';
import { errorRecord } from '../../../model/error.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Desired, Live, Observation, ResourceId } from '../../../model/resource.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import type { ReadOptions, Reference } from '../../target.ts';
import type { CallOptions, KubernetesClient } from '../client/client.ts';
import { isFailure } from '../client/failure.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Shaper } from '../object/shape.ts';
import { compareLive } from './compare-live.ts';
import type { Culprits } from '../culprit/culprits.ts';
import type { Existence } from './existence.ts';
import type { Seen } from './facts.ts';
import type { Outage } from './outage.ts';
import type { Reported } from './reported.ts';
import type { Scalers } from './scalers.ts';
import type { Sightings } from './sightings.ts';
import { tryHook, tryNew, tryWish } from './try-wish.ts';
import type { TriedNew } from './try-wish.ts';

/** A look that takes longer than this tells that the server is not well. */
const lookMs = 10_000;

/** The longest time that a list of names is believed. */
const existenceMs = 5_000;

/** What a look takes. All of it is shared by the looks at one cluster. */
export interface ReadWith {
  readonly hash: Hasher;
  readonly shaper: Shaper;
  readonly sightings: Sightings;
  readonly existence: Existence;
  readonly reported: Reported;
  readonly culprits: Culprits;
  readonly scalers: Scalers;
  readonly outage: Outage;
  /** With the rights that the application's project has. */
  readonly clientFor: (key: InventoryKey) => KubernetesClient;
  /** `null`: the cluster has no such kind. */
  readonly typeOf: (id: ResourceId, apiVersion: string | null) => Promise<ResourceType | null>;
  /** Digests of what was seen to be as wished, so that it need not be compared again: UID → owned and wished digest. */
  readonly verified: Map<string, { readonly baseline: string; readonly digest: string }>;
  readonly warn: (message: string) => void;
}

/** Looks at one resource; asks the server only where watching does not tell. Never throws but for `signal`. */
export async function readOne(
  tools: ReadWith,
  key: InventoryKey,
  reference: Reference,
  signal: AbortSignal | undefined,
  options: ReadOptions = {},
): Promise<Observation> {
  try {
    const input = { tools, key, reference, signal, triesNew: options.triesNew === true };
    return await tools.outage.ask(() => look(input, options.fromScratch === true));
  } catch (thrown) {
    signal?.throwIfAborted();
    return { kind: 'unreadable', error: errorRecord(thrown) };
  }
}

interface Look {
  readonly tools: ReadWith;
  readonly key: InventoryKey;
  readonly reference: Reference;
  readonly signal: AbortSignal | undefined;
  readonly triesNew: boolean;
}

async function look(input: Look, fromScratch: boolean): Promise<Observation> {
  const { tools, reference } = input;
  const { id, desired, recorded = null } = reference;
  const find = (): Promise<ResourceType | null> =>
    tools.typeOf(id, apiVersionOf(desired?.fields ?? recorded?.fields ?? null));
  const type = await find();
  // Where there is no such kind, there is no such object.
  if (type === null) return { kind: 'absent' };
  try {
    return await lookAt(input, type, fromScratch);
  } catch (thrown) {
    if (!isFailure(thrown, 'kubernetes.kind-gone')) throw thrown;
    // Removed since the server was asked for its kinds, or served at other versions now: what it said is in doubt.
    const now = await find();
    if (now === null) return { kind: 'absent' };
    if (now === type) throw thrown;
    return await lookAt(input, now, fromScratch);
  }
}

async function lookAt(input: Look, type: ResourceType, fromScratch: boolean): Promise<Observation> {
  const { tools, key, reference, signal } = input;
  const { id, desired, recorded = null } = reference;
  const sighting = await tools.sightings.look(type, id, signal);
  const seen = sighting.kind === 'seen' ? sighting.seen : null;
  if (seen !== null && !fromScratch) {
    const known = await knownNow(tools, reference, seen);
    if (known !== null) return present(tools, key, id, seen, known, desired?.texts ?? {});
    const changed = await changedInSource(input, type, seen);
    if (changed !== null) return changed;
  }
  if (sighting.kind === 'unseen' && !fromScratch && reference.uid === null && recorded === null) {
    const isThere = await tools.existence.has(type, id, existenceMs);
    if (!isThere) return absent(input, type);
  }
  const client = tools.clientFor(key);
  const live = await client.get(type, id, limitsOf(signal));
  if (live === null) {
    if (fromScratch && seen !== null)
      tools.warn(`${showResource(id)} is gone, which watching had not told`);
    await tools.existence.note(type, id, false);
    return absent(input, type);
  }
  const now = tools.sightings.seenOf(live);
  if (fromScratch && seen !== null && seen.extra.baseline !== now.extra.baseline)
    tools.warn(`${showResource(id)} has changed, which watching had not told`);
  const known = await knownNow(tools, reference, now);
  if (known !== null) return present(tools, key, id, now, known, desired?.texts ?? {});
  const found = await compareLive({ ...tools, client, type, desired, recorded, live, signal });
  if (desired !== null && found.fields === desired.fields)
    tools.verified.set(now.uid, {
      baseline: now.extra.baseline,
      digest: digestOf(tools, desired),
    });
  tools.reported.note(key, id, now);
  return { kind: 'present', live: { ...found, ...identityOf(tools, key, id, now) } };
}

/** As `knownFields`; what was left to an autoscaler is not known any more once that is gone. */
async function knownNow(
  tools: ReadWith,
  reference: Reference,
  seen: Seen,
): Promise<JsonObject | null> {
  const { desired } = reference;
  const known = knownFields(tools, reference, seen);
  if (known === null || desired === null) return known;
  return (await tools.scalers.isFreed(desired, seen)) ? null : known;
}

/** The fields of what is as it was left, in the shape of the wish; `null`: it may have changed. */
function knownFields(tools: ReadWith, reference: Reference, seen: Seen): JsonObject | null {
  const { desired, recorded = null } = reference;
  if (seen.isDeleting && desired === null) return recorded?.fields ?? null;
  if (desired === null) return recorded?.uid === seen.uid ? recorded.fields : null;
  const digest = digestOf(tools, desired);
  const verified = tools.verified.get(seen.uid);
  if (verified?.baseline === seen.extra.baseline && verified.digest === digest)
    return desired.fields;
  const isAsLeft = recorded?.uid === seen.uid && recorded.baseline === seen.extra.baseline;
  return isAsLeft && recorded.digest === digest ? desired.fields : null;
}

/** As it was left, but another wish: what was applied last is what is live. The server is asked what it would say. */
async function changedInSource(
  { tools, key, reference, signal }: Look,
  type: ResourceType,
  seen: Seen,
): Promise<Observation | null> {
  const { id, desired, recorded = null } = reference;
  if (desired === null || recorded === null) return null;
  if (recorded.uid !== seen.uid || recorded.baseline !== seen.extra.baseline) return null;
  // Texts are shown line by line, for which both sides are needed.
  if (Object.keys(desired.texts).length > 0) return null;
  const tried = await tryWish(tools.clientFor(key), type, desired, null, signal);
  if (tried.kind === 'conflict') return null;
  tools.reported.note(key, id, seen);
  const live = { fields: recorded.fields, texts: {}, ...identityOf(tools, key, id, seen) };
  if (tried.kind === 'refused') return { kind: 'present', live: { ...live, ...tried.reason } };
  if (tools.sightings.seenOf(tried.object).extra.baseline !== seen.extra.baseline)
    return { kind: 'present', live };
  tools.verified.set(seen.uid, {
    baseline: seen.extra.baseline,
    digest: digestOf(tools, desired),
  });
  return { kind: 'present', live: { ...live, fields: desired.fields } };
}

function present(
  tools: ReadWith,
  key: InventoryKey,
  id: ResourceId,
  seen: Seen,
  fields: JsonObject,
  texts: Live['texts'],
): Observation {
  tools.reported.note(key, id, seen);
  return { kind: 'present', live: { fields, texts, ...identityOf(tools, key, id, seen) } };
}

async function absent(
  { tools, key, reference, signal, triesNew }: Look,
  type: ResourceType,
): Promise<Observation> {
  const { id, desired } = reference;
  tools.reported.note(key, id, null);
  tools.culprits.forget(key, id);
  if (!triesNew || desired === null) return { kind: 'absent' };
  return tryNew(tools.clientFor(key), type, desired, limitsOf(signal));
}

/** What the server says of a hook that is about to run; see `tryHook`. Nothing where its kind only comes with the release. */
export async function readHook(
  tools: Pick<ReadWith, 'typeOf' | 'clientFor' | 'outage'>,
  key: InventoryKey,
  desired: Desired,
  signal: AbortSignal | undefined,
): Promise<TriedNew> {
  return tools.outage.ask(async () => {
    const type = await tools.typeOf(desired.id, apiVersionOf(desired.fields));
    if (type === null) return { kind: 'absent' };
    return tryHook(tools.clientFor(key), type, desired, limitsOf(signal));
  });
}

function limitsOf(signal: AbortSignal | undefined): CallOptions {
  return { timeoutMs: lookMs, ...(signal === undefined ? {} : { signal }) };
}

function identityOf(
  { culprits }: ReadWith,
  key: InventoryKey,
  id: ResourceId,
  seen: Seen,
): Pick<Live, 'id' | 'uid' | 'status' | 'marks'> {
  const { status, message } = culprits.healthOf(key, id, seen);
  const { marks } = seen.extra;
  return { id, uid: seen.uid, status: { health: status, message }, ...(marks && { marks }) };
}

/** A wish is asked for its digest on every look and never changes. */
const digests = new WeakMap<JsonObject, string>();

function digestOf({ hash }: Pick<ReadWith, 'hash'>, { fields }: Desired): string {
  let digest = digests.get(fields);
  if (digest === undefined) {
    digest = fieldsDigest(hash, fields);
    digests.set(fields, digest);
  }
  return digest;
}

function apiVersionOf(fields: JsonObject | null): string | null {
  const version = fields?.['apiVersion'];
  return typeof version === 'string' ? version : null;
}
