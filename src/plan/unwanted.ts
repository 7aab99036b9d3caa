import type { InventoryEntry } from '../model/inventory.ts';
import type { JsonObject } from '../model/json.ts';
import type { Change } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { planDelete } from './delete.ts';
import { placeOf } from './place.ts';
import { see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';

interface Unwanted {
  /** `loses`: something is gone for good by it, which the prune guard counts. */
  readonly deletes: readonly {
    readonly change: Change;
    readonly entry: InventoryEntry;
    readonly loses: boolean;
  }[];
  readonly forget: readonly string[];
  readonly given: readonly Given[];
  readonly kept: number;
  readonly warnings: readonly string[];
}

/** What an application gives up for another one to have, as it is: on record until that one has recorded it. */
export interface Given {
  readonly place: string;
  readonly uid: string;
  /** The other application, as people write it. */
  readonly to: string;
  /** As they were applied last: what the other one does not want of them, it takes away. */
  readonly fields: JsonObject;
}

/**
 * What is recorded of something, with what it says for itself where it is: somebody put that there by hand, and what is deleted
 * does not come back. It only ever keeps more.
 */
function markedLive(entry: InventoryEntry, observation: Observation | undefined): InventoryEntry {
  const marks = observation?.kind === 'present' ? observation.live.marks : undefined;
  if (marks === undefined) return entry;
  const { asks = [], ...marked } = marks.deletion ?? {};
  const both = [...new Set([...(entry.deletion?.asks ?? []), ...asks])];
  const deletion = { ...entry.deletion, ...marked, ...(both.length > 0 && { asks: both }) };
  return {
    ...entry,
    prune: entry.prune && marks.kept === undefined,
    ...(Object.keys(deletion).length > 0 && { deletion }),
  };
}

/** What of the inventory nobody wants any more: deleted, kept as it is, or forgotten because it is gone. */
export function planUnwanted(
  input: PlanInput,
  runs: readonly Desired[],
  handedOver: ReadonlyMap<string, string>,
): Unwanted {
  const { desired, policy } = input;
  const places = new Set([...desired, ...runs].map(placeOf));
  const desiredIds = new Set(desired.map((item) => resourceKey(item.id)));
  const deletes: Unwanted['deletes'][number][] = [];
  const forget: string[] = [];
  const given: Given[] = [];
  const warnings: string[] = [];
  let kept = 0;
  for (const recorded of input.inventory?.entries ?? []) {
    const place = placeOf(recorded);
    const entry = markedLive(recorded, input.observations.get(place));
    if (places.has(place)) continue;
    if (handedOver.has(place)) {
      forget.push(place);
      continue;
    }
    const observation = see(input, place);
    const fate = entry.givenTo === undefined ? null : (input.fateOf?.(entry) ?? null);
    if (fate?.kind === 'recorded') {
      forget.push(place);
      continue;
    }
    // Who was promised it may be about to record it, whoever else wants it by now.
    const takenBy = fate?.kind === 'awaited' ? fate.by : (input.takenBy?.(place) ?? null);
    if (takenBy !== null && observation.kind === 'present' && policy.removal !== 'orphan')
      given.push({ place, uid: observation.live.uid, to: takenBy, fields: entry.fields });
    const outcome = planDelete({
      ...input,
      entry,
      takenBy,
      takenBack: policy.takeBack.has(place),
      moved: desiredIds.has(resourceKey(entry.id)),
      observation,
    });
    if (outcome.kind === 'forget') forget.push(place);
    if (outcome.kind !== 'delete' && outcome.warning !== null) warnings.push(outcome.warning);
    if (outcome.kind === 'keep') kept += 1;
    if (outcome.kind === 'delete') {
      const { change } = outcome;
      // One half of a move loses nothing, unless there is data, which does not move with it, or another's change.
      const isChanged = entry.uid !== null && entry.uid !== change.uid;
      const isLost = change.causeKind === 'removed' || entry.traits.dataBearing;
      const loses = isChanged || (isLost && !policy.takeBack.has(place));
      deletes.push({ change, entry, loses });
    }
  }
  return { deletes, forget, given, kept, warnings };
}
