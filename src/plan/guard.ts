import type { Change, Guard, PlanSet } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import { showResource } from '../model/resource.ts';
import type { InventoryEntry } from '../model/inventory.ts';

/** Deletes below this number never count as "a large share". */
const shareFromObjects = 3;

/** More deletes than this by one commit, across applications, need a person. */
export const manyDeletes = 50;

/** Whether anything is deleted, worth a question or not. */
export function deletesAnything({ plans }: Pick<PlanSet, 'plans'>): boolean {
  return plans.some(({ changes }) => changes.some(({ action }) => action === 'delete'));
}

/** What the deletes of a plan are weighed by. */
interface GuardInput {
  /** Deletes by which something is lost, with what the inventory knows of each. */
  readonly deletes: readonly { readonly change: Change; readonly entry: InventoryEntry }[];
  /** What is run because the application leaves. */
  readonly runs: readonly Change[];
  readonly desired: readonly Desired[];
  /** How many things the application owns now. */
  readonly owned: number;
  readonly maxPrunePercent: number;
  /** The environment lives shortly: nothing in it is worth a question. */
  readonly ephemeral: boolean;
  /** The whole application leaves. */
  readonly leaving: boolean;
  /** It does, and a person is to say so. */
  readonly removal: boolean;
}

/**
 * What a person must confirm before these deletes run (invariant 8). The answer is bound to the plan's digest,
 * because it is stored as an approval of it.
 */
export function pruneGuards(input: GuardInput): readonly Guard[] {
  const guards: Guard[] = [];
  if (input.removal && input.deletes.length === 0 && input.runs.length > 0) {
    guards.push({
      code: 'application-removed',
      message: `the application is no longer in the configuration; what is to run then would run: ${listNames(input.runs.map(({ id }) => showResource(id)))}`,
    });
  }
  if (input.deletes.length === 0) return guards;
  const names = listNames(input.deletes.map(({ change }) => showResource(change.id)));
  if (input.removal) {
    guards.push({
      code: 'application-removed',
      message: `the application is no longer in the configuration; everything it owns would be deleted: ${names}`,
    });
  }
  for (const { change, entry } of input.deletes) {
    if (entry.uid !== null && entry.uid !== change.uid) {
      guards.push({
        code: 'modified-since',
        message: `${showResource(change.id)} is not as it was left: somebody changed or remade it, and deleting it would lose that`,
      });
    }
  }
  const leaves = input.leaving ? 'removal' : 'prune';
  const asking = input.deletes.filter(({ entry }) => entry.deletion?.asks?.includes(leaves));
  if (asking.length > 0) {
    guards.push({
      code: 'asks-first',
      message: `deletes what its source wants nobody to delete unasked: ${listNames(asking.map(({ change }) => showResource(change.id)))}`,
    });
  }
  if (input.ephemeral) return guards;
  const data = input.deletes.filter(({ entry }) => entry.traits.dataBearing);
  if (data.length > 0) {
    guards.push({
      code: 'data-bearing',
      message: `deletes what may hold data: ${listNames(data.map(({ change }) => showResource(change.id)))}`,
    });
  }
  const workloads = input.deletes.filter(({ entry }) => entry.traits.workload);
  const isLast = workloads.length > 0 && !input.desired.some((item) => item.traits.workload);
  if (isLast && !input.removal) {
    const running = listNames(workloads.map(({ change }) => showResource(change.id)));
    guards.push({
      code: 'last-workload',
      message: `deletes the last that runs in this application: ${running}`,
    });
  }
  const percent = input.owned === 0 ? 0 : (100 * input.deletes.length) / input.owned;
  if (
    !input.removal &&
    input.deletes.length >= shareFromObjects &&
    percent > input.maxPrunePercent
  ) {
    guards.push({
      code: 'share-of-application',
      message: `deletes ${input.deletes.length} of ${input.owned} resources (${Math.round(percent)} %, allowed unasked: ${input.maxPrunePercent} %): ${names}`,
    });
  }
  if (!input.removal && input.deletes.length > manyDeletes) {
    guards.push({
      code: 'many-deletes',
      message: `deletes ${input.deletes.length} resources at once: ${names}`,
    });
  }
  return guards;
}

/** Going on without what the source wants to be run first is a person's own decision, whoever may remove the application. */
export function leftOutGuards(changes: readonly Change[]): readonly Guard[] {
  const names = changes.filter(({ leftOut }) => leftOut === true).map(({ id }) => showResource(id));
  if (names.length === 0) return [];
  const message = `goes on without what was to run at the removal: ${listNames(names)}`;
  return [{ code: 'hooks-left-out', message }];
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
