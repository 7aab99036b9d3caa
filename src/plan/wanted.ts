import type { InventoryEntry } from '../model/inventory.ts';
import { sameJson } from '../model/json.ts';
import type { Change } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { planChange } from './change.ts';
import { planAsked } from './if-needed.ts';
import type { Asked } from './if-needed.ts';
import { placeOf, thingOf } from './place.ts';
import { see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';

interface Wanted {
  readonly changes: readonly Change[];
  /** Of these: what overwrites something that was not made here. */
  readonly foreign: readonly Change[];
  /** Desired resources that are as they should be. */
  readonly unchanged: number;
  /** Places of inventory entries whose thing goes on under another id, with the place of that. */
  readonly handedOver: ReadonlyMap<string, string>;
}

/** Brings about what is desired, and deletes nothing. */
export function planWanted(input: PlanInput, runs: readonly Desired[]): Wanted {
  const { desired } = input;
  const entries = input.inventory?.entries ?? [];
  const byPlace = new Map(entries.map((entry) => [placeOf(entry), entry]));
  const entriesById = Map.groupBy(entries, (entry) => resourceKey(entry.id));
  const places = new Set([...desired, ...runs].map(placeOf));
  // One thing in the world under two ids: it was renamed, and changes hands as it is.
  const leaving = new Map(
    entries
      .filter((entry) => !places.has(placeOf(entry)))
      .flatMap((entry) => {
        const thing = thingOf(entry, see(input, placeOf(entry)));
        return thing === null ? [] : [[thing, entry] as const];
      }),
  );
  const changes: Change[] = [];
  const foreign: Change[] = [];
  const asked: Asked[] = [];
  const handedOver = new Map<string, string>();
  let unchanged = 0;
  for (const item of desired) {
    const place = placeOf(item);
    const named = byPlace.get(place) ?? null;
    const observation = see(input, place);
    const isFound = named !== null && !isOfRecord(named, item, observation);
    const entry = isFound ? null : named;
    const movedFrom = named === null ? (entriesById.get(resourceKey(item.id))?.[0] ?? null) : null;
    const renamedFrom = leaving.get(thingOf(item, observation) ?? '') ?? null;
    if (renamedFrom !== null) handedOver.set(placeOf(renamedFrom), place);
    const given =
      observation.kind === 'present'
        ? (input.givenAt?.(place, observation.live.uid) ?? null)
        : null;
    const found = { entry, isFound, movedFrom, renamedFrom, given, observation };
    const about = { ...input, item, ...found };
    const change = planChange(about);
    if (item.asksFirst === true && (change === null || change.action === 'adopt')) {
      asked.push({ input: about, now: change });
    } else if (change === null) unchanged += 1;
    else {
      changes.push(change);
      const isOverwritten = change.action === 'update' || change.action === 'replace';
      const isForeign = entry === null && renamedFrom === null && given === null;
      if (isOverwritten && isForeign) foreign.push(change);
    }
  }
  const whenAsked = planAsked(asked, changes);
  changes.push(...whenAsked);
  return { changes, foreign, unchanged: unchanged + asked.length - whenAsked.length, handedOver };
}

/**
 * Whether what is at a place is what the record says of it. What a release has announced and was cut off from making may have
 * been made by somebody else since: that is theirs, as if no record named it.
 */
function isOfRecord(entry: InventoryEntry, item: Desired, observation: Observation): boolean {
  if (entry.uid !== null || observation.kind !== 'present') return true;
  // What is run has no identity of its own, and is never taken from anybody.
  if (item.occasion !== undefined || item.traits.irreversible) return true;
  const { live } = observation;
  return live.isAsAnnounced ?? sameJson(entry.fields, live.fields);
}
