import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { sameJson } from '../../../model/json.ts';
import type { JsonObject } from '../../../model/json.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { Desired, ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import { claimTaken } from '../../errors.ts';
import { isGivenTo } from '../../holders.ts';
import type { Applied, ApplyEffect } from '../../target.ts';
import type { KubernetesClient, PatchOptions } from '../client/client.ts';
import { fieldConflictsOf, isFailure } from '../client/failure.ts';
import type { FieldConflict } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { fieldHeld, kindMissing } from '../errors.ts';
import { removeRuns, runHook } from '../hook/run-hook.ts';
import type { KubernetesLedger } from '../ledger/ledger.ts';
import { fieldValidationOf, payloadOf } from '../manifest/payload.ts';
import { compareObjects } from '../object/compare.ts';
import { hasField, ownSet } from '../object/fields-v1.ts';
import type { FieldPath } from '../object/fields-v1.ts';
import { findField, isWithin, locateField } from '../object/locate.ts';
import { withAt } from '../object/pointer.ts';
import { text } from '../object/reading.ts';
import type { Existence } from '../read/existence.ts';
import type { Reported } from '../read/reported.ts';
import type { Scalers } from '../read/scalers.ts';
import type { Sightings } from '../read/sightings.ts';
import { tryAnew } from '../read/try-anew.ts';
import { releaseFormer } from './adopt.ts';
import { applyNew, somebodyWas } from './apply-new.ts';
import { bodyOf, needsLive } from './body.ts';
import { itemsBack, restoringManager } from './items-back.ts';
import { awaitEstablished, isDefinition } from './established.ts';
import { ensureNamespace } from './namespace.ts';
import { asPrecondition } from './precondition.ts';
import { removeObject } from './remove.ts';

/** The longest time that a list of names is believed before something is made. */
const existenceMs = 5_000;

/**
 * What writing takes. What is seen and known of a cluster is shared with the looks, so that they see the write at
 * once.
 */
export interface WriteWith {
  readonly clock: Clock;
  readonly hash: Hasher;
  readonly discovery: Discovery;
  readonly ledger: KubernetesLedger;
  readonly sightings: Sightings;
  readonly existence: Existence;
  readonly reported: Reported;
  readonly scalers: Scalers;
  readonly clientFor: (key: InventoryKey) => KubernetesClient;
  readonly typeOf: (id: ResourceId, apiVersion: string | null) => Promise<ResourceType | null>;
}

/** Creates, updates or replaces one object by server-side apply. @throws FairleadError */
export async function applyObject(tools: WriteWith, effect: ApplyEffect): Promise<Applied> {
  const { key, id, desired } = effect;
  effect.signal.throwIfAborted();
  await refuseForeignOwner(tools, effect);
  const type = await typeFor(tools, desired);
  const client = tools.clientFor(key);
  const { hook } = payloadOf(desired);
  if (hook !== null) return await runHook(tools, client, type, effect, hook);
  if (effect.action === 'replace') {
    // Once more: a policy or a right may be another one since it was planned.
    await tryAnew(client, type, desired, { signal: effect.signal, timeoutMs: effect.timeoutMs });
    await removeObject(tools, effect);
  }
  const uid = effect.action === 'replace' ? null : effect.uid;
  const written =
    uid === null
      ? await create(tools, client, type, effect)
      : await update(client, type, {
          ...effect,
          uid,
          desired: await tools.scalers.withoutScaled(desired),
        });
  await tools.existence.note(type, id, true);
  const isAdopted = uid !== null && ((effect.owned ?? null) === null || effect.isRemade === true);
  const object = isAdopted ? await releaseFormer(client, type, written, effect.signal) : written;
  const seen = tools.sightings.noteWritten(type, object);
  tools.reported.note(key, id, seen);
  if (isDefinition(id)) await awaitEstablished(tools, client, type, effect);
  return { uid: seen.uid, baseline: seen.extra.baseline };
}

/** Takes away what is left of something that is given up instead of run. @throws FairleadError */
export async function leaveOutObject(tools: WriteWith, effect: ApplyEffect): Promise<void> {
  const { key, id, desired, signal } = effect;
  signal.throwIfAborted();
  const type = await tools.typeOf(id, text(desired.fields['apiVersion']));
  if (type !== null) await removeRuns(tools, tools.clientFor(key), type, effect);
}

async function typeFor(tools: WriteWith, desired: Desired): Promise<ResourceType> {
  const apiVersion = text(desired.fields['apiVersion']);
  const type = await tools.typeOf(desired.id, apiVersion);
  if (type !== null) return type;
  throw kindMissing({
    message: `the cluster has no kind ${desired.id.kind} of ${apiVersion}`,
    resource: showResource(desired.id),
  });
}

/** @throws FairleadError `target.claim-taken` for an object that another application owns by now. */
async function refuseForeignOwner(tools: WriteWith, effect: ApplyEffect): Promise<void> {
  const owner = await tools.ledger.owner(resourceKey(effect.id));
  if (owner === null || owner.applicationUid === effect.applicationUid) return;
  if (inventoryKey(owner.key) === inventoryKey(effect.key)) return;
  if (isGivenTo(effect.key, owner, resourceKey(effect.id))) return;
  throw claimTaken({
    message: `${showResource(effect.id)} belongs to ${inventoryKey(owner.key)}`,
    resource: showResource(effect.id),
  });
}

function writeOptions(effect: ApplyEffect) {
  return {
    fieldValidation: fieldValidationOf(effect.desired),
    signal: effect.signal,
    timeoutMs: effect.timeoutMs,
  };
}

async function create(
  tools: WriteWith,
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
): Promise<KubeObject> {
  const { id, desired } = effect;
  if (await tools.existence.has(type, id, existenceMs)) {
    // The list may be a few seconds old, and what was in it gone.
    if ((await client.get(type, id, { signal: effect.signal })) !== null) throw somebodyWas(id);
  }
  await effect.fence();
  const body = bodyOf(desired, null, null);
  const send = () => applyNew(client, type, id, body, writeOptions(effect));
  try {
    return await send();
  } catch (thrown) {
    await ensureNamespace({ ...tools, client }, effect, thrown);
    return await send();
  }
}

type Update = ApplyEffect & { readonly uid: string };

/** What others wrote while a field of theirs was sent as it had been: it is read anew and sent again, at most so often. */
const maxReadings = 5;

async function update(
  client: KubernetesClient,
  type: ResourceType,
  effect: Update,
): Promise<KubeObject> {
  const { id, desired, uid, signal } = effect;
  for (let readings = 1; ; readings++) {
    const live = needsLive(desired) ? await client.get(type, id, { signal }) : null;
    await effect.fence();
    const body = bodyOf(desired, live, uid);
    try {
      return await send(client, type, effect, body);
    } catch (thrown) {
      const isOutdated =
        isFailure(thrown, 'kubernetes.version-conflict') && live?.metadata.uid === uid;
      if (!isOutdated || readings >= maxReadings) throw asPrecondition(thrown, effect);
    }
  }
}

async function send(
  client: KubernetesClient,
  type: ResourceType,
  effect: Update,
  body: JsonObject,
): Promise<KubeObject> {
  const { id, desired } = effect;
  const { force } = payloadOf(desired).options;
  try {
    const options = { ...writeOptions(effect), force };
    return (await client.apply(type, id, body, options)).object;
  } catch (thrown) {
    const conflicts = fieldConflictsOf(thrown);
    if (conflicts.length === 0) {
      const object = await withItemsBack(client, type, effect, body, thrown);
      if (object !== null) return object;
      throw thrown;
    }
    const others = conflicts.filter(({ field }) => !mayTake(effect, body, field));
    const held = others.length === 0 ? [] : await reallyTaken(client, type, effect, body, others);
    if (held.length > 0) {
      const names = held.map(({ field, manager }) => `${field.replace(/^\./, '')} (${manager})`);
      throw fieldHeld({
        message: `${showResource(id)}: others keep ${names.join(', ')}`,
        resource: showResource(id),
        cause: thrown,
      });
    }
  }
  const options = { ...writeOptions(effect), force: true };
  return (await client.apply(type, id, body, options)).object;
}

/** What became of an apply that the server refused while others' items were in the place of ours; `null`: they were not. */
async function withItemsBack(
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  body: JsonObject,
  refusal: unknown,
): Promise<KubeObject | null> {
  const { id, owned = null, signal } = effect;
  if (owned === null || !isFailure(refusal, 'kubernetes.invalid')) return null;
  const live = await client.get(type, id, { signal });
  const patch = live === null ? null : itemsBack(body, live, owned);
  if (patch === null) return null;
  await effect.fence();
  const options: PatchOptions = { patchType: 'merge', fieldManager: restoringManager };
  await client.patch(type, id, patch, { ...writeOptions(effect), ...options });
  // That was a write of ours, so the version that the body may name is the one before it.
  const now = withAt(body, ['metadata', 'resourceVersion'], undefined);
  const { object } = await client.apply(type, id, now, { ...writeOptions(effect), force: true });
  return await releaseFormer(client, type, object, signal);
}

/**
 * The fields that would really change. The server takes `1000m` over another manager's `1` for a conflict, although it
 * stores both as the same: to share such a field takes nothing from anybody. A field of somebody who wrote at another
 * version of the kind is named as that version calls it, so what counts is all that would change.
 */
async function reallyTaken(
  client: KubernetesClient,
  type: ResourceType,
  effect: ApplyEffect,
  body: JsonObject,
  conflicts: readonly FieldConflict[],
): Promise<readonly FieldConflict[]> {
  const options = { ...writeOptions(effect), force: true, dryRun: true };
  const [live, { object }] = await Promise.all([
    client.get(type, effect.id, { signal: effect.signal }),
    client.apply(type, effect.id, body, options),
  ]);
  if (live === null) return conflicts;
  const changed = compareObjects({
    wish: effect.desired.fields,
    applied: object,
    appliedSet: ownSet(object),
    live,
    liveSet: ownSet(live),
  }).differences;
  return conflicts.filter(({ field }) => {
    const [before, after] = [findField(live, field), findField(object, field)];
    if (before === null && after === null)
      return changed.some(({ path, words }) => !mayChange(effect, path, words));
    return before === null || after === null || !sameJson(before.value, after.value);
  });
}

/** As `mayTake`, of a field that is known by its path. */
function mayChange(effect: ApplyEffect, path: FieldPath, words: string): boolean {
  if (effect.owned != null && hasField(effect.owned, path)) return true;
  return (effect.takesOver ?? []).some((taken) => isWithin(taken, words));
}

/** Whether a field may be taken from whoever keeps it: it was ours, or a person said so. */
function mayTake(effect: ApplyEffect, body: JsonObject, field: string): boolean {
  if (effect.owned != null && locateField(effect.owned, field) !== null) return true;
  const path = locateField(body, field);
  return path !== null && (effect.takesOver ?? []).some((taken) => isWithin(taken, path));
}
