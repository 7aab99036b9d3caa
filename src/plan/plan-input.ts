import type { Hasher } from '../model/digest.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { JsonObject } from '../model/json.ts';
import type { Desired, Observation } from '../model/resource.ts';
import type { Revision } from '../model/revision.ts';
import type { ChangeInput } from './change.ts';
import { placeOf } from './place.ts';
import type { PlanPolicy } from './policy.ts';

/** What has become of what another application may have. */
type GivenFate =
  /** That one has recorded it. */
  | { readonly kind: 'recorded' }
  /** It is still to do so. `by`: what it is called now, as people write it. */
  | { readonly kind: 'awaited'; readonly by: string }
  /** It does not want it. */
  | { readonly kind: 'refused' };

/** All that a plan follows from. */
export interface PlanInput {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly targetUid: string;
  readonly revision: Revision;
  /**
   * Somebody chose the revision (a rollback, a preview, the way back after a failure) instead of the source having come to
   * it. Then what differs was not changed by it, and its causes do not say so. Default false.
   */
  readonly chosen?: boolean | undefined;
  readonly desired: readonly Desired[];
  /** What is run before and after everything goes, where the application leaves this target. Default: nothing. */
  readonly runs?: readonly Desired[];
  /** A person goes on without `runs`. Default false. */
  readonly withoutRuns?: boolean;
  /** `null` before the first release. */
  readonly inventory: Inventory | null;
  /** What is at each place (`placeKey`) of `desired` and of `inventory`. A missing one is a bug of the caller. */
  readonly observations: ReadonlyMap<string, Observation>;
  readonly policy: PlanPolicy;
  /**
   * Another application that wants what is at a place and no longer wanted here, as people write it; `null`: nobody does.
   * Default: nobody.
   */
  readonly takenBy?: (place: string) => string | null;
  /** What has become of an entry that is `givenTo` another application. Default: that one does not want it. */
  readonly fateOf?: (entry: InventoryEntry) => GivenFate;
  /**
   * What another application has given up at a place for this one to have: the fields as that one applied them last; `null`:
   * nothing. Default: nothing.
   */
  readonly givenAt?: (place: string, uid: string) => JsonObject | null;
  readonly hash: Hasher;
}

/** What is run at its moment, whatever is moved or renamed. */
export function aside(input: PlanInput, item: Desired): ChangeInput {
  const place = placeOf(item);
  const entry = input.inventory?.entries.find((one) => placeOf(one) === place) ?? null;
  const observation = see(input, place);
  return {
    ...input,
    item,
    entry,
    movedFrom: null,
    renamedFrom: null,
    given: null,
    observation,
  };
}

/** What was seen at a place. @throws Error (a bug of the caller) where nobody looked. */
export function see(input: PlanInput, place: string): Observation {
  const observation = input.observations.get(place);
  if (observation === undefined) throw new Error(`plan: nobody looked at ${place}`);
  return observation;
}
