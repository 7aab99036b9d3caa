import { fieldsDigest } from '../../src/plan/digest.ts';
import { inventoryFormatVersion } from '../../src/model/inventory.ts';
import type { Inventory, InventoryEntry } from '../../src/model/inventory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Change, Plan, PlanSet } from '../../src/model/plan.ts';
import type { Desired, Live, Observation, ResourceId } from '../../src/model/resource.ts';
import type { Result } from '../../src/model/result.ts';
import { unwrap } from '../../src/model/result.ts';
import type { Revision } from '../../src/model/revision.ts';
import { createPlan, createPlanSet } from '../../src/plan/plan.ts';
import { placeOf } from '../../src/plan/place.ts';
import type { Planned } from '../../src/plan/plan.ts';
import type { PlanInput } from '../../src/plan/plan-input.ts';
import type { PlanPolicy } from '../../src/plan/policy.ts';
import { sha256 } from '../../src/system/hasher.ts';

/** Values of the model for tests, whole and valid, from the parts that a test is about. */

export const plainTraits = { workload: false, dataBearing: false, irreversible: false };

export function idOf(name: string, kind = 'File'): ResourceId {
  return { group: 'host.fairlead.dev', kind, namespace: '', name };
}

/** A wanted file. Its place is `/srv/<name>` unless a locator says otherwise. */
export function wanted(
  name: string,
  fields: JsonObject = { content: 'one' },
  parts: Partial<Desired> = {},
): Desired {
  return {
    id: idOf(name),
    fields,
    payload: {},
    locator: { path: `/srv/${name}` },
    texts: {},
    claims: [],
    wave: 0,
    traits: plainTraits,
    prune: true,
    origin: { file: `app/${name}.yaml`, line: 1 },
    ...parts,
  };
}

/** What the inventory knows of `item` after a release that ended well. */
export function recorded(item: Desired, parts: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    id: item.id,
    locator: item.locator,
    uid: `uid-${item.id.name}`,
    digest: fieldsDigest(sha256, item.fields),
    fields: item.fields,
    wave: item.wave,
    traits: item.traits,
    prune: item.prune,
    ...(item.deletion === undefined ? {} : { deletion: item.deletion }),
    ...parts,
  };
}

/** `item` as it is found where it was made and nobody touched it. */
export function found(item: Desired, parts: Partial<Live> = {}): Observation {
  return {
    kind: 'present',
    live: {
      id: item.id,
      uid: `uid-${item.id.name}`,
      fields: item.fields,
      texts: {},
      status: {},
      ...parts,
    },
  };
}

export const absent: Observation = { kind: 'absent' };

export const revision: Revision = [
  { source: '', commit: 'a1b2c3d4'.padEnd(40, '0'), tree: 'f'.repeat(40) },
];

export function inventoryOf(
  entries: readonly InventoryEntry[],
  parts: Partial<Inventory> = {},
): Inventory {
  return {
    formatVersion: inventoryFormatVersion,
    application: 'shop',
    applicationUid: 'app-1',
    environment: 'dev',
    installation: 'here',
    repository: 'file:///repository',
    epoch: 1,
    revision,
    verified: '',
    release: 'r1',
    entries,
    quarantine: [],
    ...parts,
  };
}

export const policy: PlanPolicy = {
  prune: true,
  allowEmpty: false,
  maxPrunePercent: 20,
  ephemeral: false,
  removal: null,
  takeBack: new Set(),
};

/** One resource of a plan: wanted, known, there, each or none. */
export interface Situation {
  readonly want?: Desired | undefined;
  readonly know?: InventoryEntry | undefined;
  /** Default: absent. */
  readonly see?: Observation | undefined;
}

/** The input of a plan over these situations. */
function planInput(situations: readonly Situation[], parts: Partial<PlanInput> = {}): PlanInput {
  const entries = situations.flatMap(({ know }) => know ?? []);
  const observations = new Map<string, Observation>();
  for (const { want, know, see } of situations) {
    const item = want ?? know;
    if (item !== undefined) observations.set(placeOf(item), see ?? absent);
  }
  return {
    application: 'shop',
    environment: 'dev',
    target: 'here',
    targetUid: 'machine-1',
    revision,
    desired: situations.flatMap(({ want }) => want ?? []),
    inventory: entries.length === 0 ? null : inventoryOf(entries),
    observations,
    policy,
    hash: sha256,
    ...parts,
  };
}

export function tryPlan(
  situations: readonly Situation[],
  parts: Partial<PlanInput> = {},
): Result<Planned> {
  return createPlan(planInput(situations, parts));
}

/** The plan over these situations. @throws where there is none. */
export function planOf(situations: readonly Situation[], parts: Partial<PlanInput> = {}): Plan {
  return unwrap(tryPlan(situations, parts)).plan;
}

/** The only change of a plan. */
export function changeOf(situation: Situation, parts: Partial<PlanInput> = {}): Change {
  const { changes } = planOf([situation], parts);
  if (changes.length !== 1) throw new Error(`the plan has ${changes.length} changes`);
  return changes[0]!;
}

export function planSetOf(...plans: readonly Plan[]): PlanSet {
  return createPlanSet(sha256, { application: 'shop', environment: 'dev', revision, plans });
}
