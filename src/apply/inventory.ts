import type { Hasher } from '../model/digest.ts';
import type { ApplicationConfig, Impersonation } from '../model/config.ts';
import { inventoryFormatVersion } from '../model/inventory.ts';
import type { Inventory, InventoryEntry, InventorySeed } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import type { Applied } from '../targets/target.ts';
import { fieldsDigest } from '../plan/digest.ts';
import { placeOf } from '../plan/place.ts';

/** What of a project is recorded with what its applications own. */
export interface RecordedProject {
  readonly name: string;
  /** See `Inventory.actsAs`. */
  readonly actsAs: Impersonation | null;
}

/** What a release says about itself in the inventory. */
export interface ReleaseIdentity {
  readonly application: string;
  readonly applicationUid: string;
  readonly environment: string;
  readonly installation: string;
  /** URL of the repository that holds the configuration. */
  readonly repository: string;
  /** Its project; `null`: it is of none. Default: as in the inventory. */
  readonly project?: RecordedProject | null | undefined;
  /** See `Inventory.onRemoval`. Default: as in the inventory. */
  readonly onRemoval?: ApplicationConfig['onRemoval'] | undefined;
  readonly release: string;
  /** What its templates drew from, to be kept with it. Default: as in the inventory. */
  readonly seed?: InventorySeed | undefined;
}

/** A state that is well, as the record has it. */
interface GoodState extends Pick<Plan, 'revision' | 'desiredDigest'> {
  /** See `Inventory.configuration`. */
  readonly configuration?: string | undefined;
}

/** Whether it is run when nothing but the record tells of it any more. */
function isForRemoval({ occasion }: Desired): boolean {
  return occasion?.moment === 'before-removal' || occasion?.moment === 'after-removal';
}

/** The record of one desired resource at its place. */
export function entryFor(hash: Hasher, desired: Desired, applied: Applied | null): InventoryEntry {
  return {
    id: desired.id,
    locator: desired.locator,
    uid: applied?.uid ?? null,
    digest: fieldsDigest(hash, desired.fields),
    fields: desired.fields,
    ...(applied?.baseline === undefined ? {} : { baseline: applied.baseline }),
    wave: desired.wave,
    rank: desired.rank ?? 0,
    traits: desired.traits,
    prune: desired.prune,
    ...(desired.deletion === undefined ? {} : { deletion: desired.deletion }),
    ...(isForRemoval(desired) && { payload: desired.payload }),
  };
}

/**
 * The inventory to write before the first effect: old ∪ new, under a new epoch (invariant 3). New places are
 * announced without a UID. What is there already keeps its old record until its change is confirmed, so that
 * an interrupted update is planned again.
 */
export function announce(
  identity: ReleaseIdentity,
  old: Inventory | null,
  plan: Plan,
  desired: readonly Desired[],
  hash: Hasher,
): Inventory {
  const known = new Set((old?.entries ?? []).map(placeOf));
  const changing = new Set(plan.changes.map(placeOf));
  const found = new Set(plan.changes.filter(({ uid }) => uid !== null).map(placeOf));
  const announced = desired
    .filter((item) => changing.has(placeOf(item)) && !known.has(placeOf(item)))
    .map((item): InventoryEntry => {
      const isFound = found.has(placeOf(item));
      return { ...entryFor(hash, item, null), ...(isFound && { found: true }) };
    });
  // Announced once, never made, and something else by now: the record must fit what is about to be made.
  const making = new Set(plan.changes.filter(({ uid }) => uid === null).map(placeOf));
  const anew = new Map(
    desired.filter((item) => making.has(placeOf(item))).map((item) => [placeOf(item), item]),
  );
  const others = new Set(plan.changes.filter((change) => change.found === true).map(placeOf));
  const kept = (old?.entries ?? []).map((entry): InventoryEntry => {
    if (others.has(placeOf(entry))) return { ...entry, found: true };
    const item = entry.uid === null ? anew.get(placeOf(entry)) : undefined;
    return item === undefined ? entry : entryFor(hash, item, null);
  });
  return {
    formatVersion: inventoryFormatVersion,
    application: identity.application,
    applicationUid: identity.applicationUid,
    environment: identity.environment,
    installation: identity.installation,
    repository: identity.repository,
    ...(identity.project === undefined ? projectIn(old) : projectFacts(identity.project)),
    ...removalFacts(identity.onRemoval ?? old?.onRemoval),
    epoch: (old?.epoch ?? 0) + 1,
    revision: old?.revision ?? [],
    ...(old?.configuration === undefined ? {} : { configuration: old.configuration }),
    verified: old?.verified ?? '',
    release: identity.release,
    entries: [...kept, ...announced],
    quarantine: old?.quarantine ?? [],
    ...seedOf(identity, old),
  };
}

/** A project as inventories have it. */
export function projectFacts(
  project: RecordedProject | null,
): Pick<Inventory, 'project' | 'actsAs'> {
  return project === null ? {} : { project: project.name, actsAs: project.actsAs };
}

/** How an application leaves, as inventories have it. */
export function removalFacts(
  onRemoval: ApplicationConfig['onRemoval'] | undefined,
): Pick<Inventory, 'onRemoval'> {
  return onRemoval === 'orphan' ? { onRemoval } : {};
}

function projectIn(old: Inventory | null): Pick<Inventory, 'project' | 'actsAs'> {
  const { project, actsAs } = old ?? {};
  return { ...(project !== undefined && { project }), ...(actsAs !== undefined && { actsAs }) };
}

function seedOf(identity: ReleaseIdentity, old: Inventory | null): Pick<Inventory, 'seed'> {
  const seed = identity.seed ?? old?.seed;
  return seed === undefined ? {} : { seed };
}

/** What has been confirmed while the changes ran. */
interface Confirmed {
  /** Place → what is there now as wanted. */
  readonly made: ReadonlyMap<string, Applied>;
  /** Places where nothing is any more. */
  readonly gone: ReadonlySet<string>;
  /** Places that are given up, with who may have them, see `InventoryEntry.givenTo`. Default: as announced. */
  readonly given?: ReadonlyMap<string, string> | undefined;
}

function marked(entry: InventoryEntry, givenTo: string | undefined): InventoryEntry {
  const { givenTo: _before, ...rest } = entry;
  return givenTo === undefined ? rest : { ...rest, givenTo };
}

/**
 * The inventory after the effects: made places carry their UID and what was applied, confirmed deletes leave,
 * everything else stays as announced. `good` is given when all went well; else the last good state stays. What has
 * gone well is no longer remembered as bad.
 */
export function settle(
  announced: Inventory,
  confirmed: Confirmed,
  desired: readonly Desired[],
  good: GoodState | null,
  hash: Hasher,
): Inventory {
  const byPlace = new Map(desired.map((item) => [placeOf(item), item]));
  const entries: InventoryEntry[] = [];
  for (const entry of announced.entries) {
    const place = placeOf(entry);
    if (confirmed.gone.has(place)) continue;
    const applied = confirmed.made.get(place);
    const item = byPlace.get(place);
    if (applied !== undefined && item !== undefined) {
      const isFound = good === null && entry.found === true;
      entries.push({ ...entryFor(hash, item, applied), ...(isFound && { found: true }) });
    } else if (item !== undefined) {
      // Unchanged at the target, but its order or its prune switch may have moved in Git.
      const { wave, rank = 0, prune, traits, deletion } = item;
      const { deletion: _before, givenTo: _wantedAgain, found, ...rest } = entry;
      const isFound = good === null && found === true;
      entries.push({
        ...rest,
        wave,
        rank,
        prune,
        traits,
        ...(deletion && { deletion }),
        ...(isFound && { found }),
      });
    } else {
      entries.push(
        confirmed.given === undefined ? entry : marked(entry, confirmed.given.get(place)),
      );
    }
  }
  if (good === null) return { ...announced, entries };
  const { configuration: _before, ...rest } = announced;
  return {
    ...rest,
    entries,
    revision: good.revision,
    ...(good.configuration === undefined ? {} : { configuration: good.configuration }),
    verified: good.desiredDigest,
    quarantine: announced.quarantine.filter((item) => item.digest !== good.desiredDigest),
  };
}
