import type { Hasher } from '../model/digest.ts';
import { sameJson } from '../model/json.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Change } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import type { Live, Observation } from '../model/resource.ts';
import type { Revision } from '../model/revision.ts';
import { said } from './change.ts';
import { changeDigest } from './digest.ts';
import type { PlanPolicy } from './policy.ts';

/** One thing that is owned and no longer wanted. */
interface DeleteInput {
  readonly entry: InventoryEntry;
  /** A release that failed has made it, and what was good before is gone back to. */
  readonly takenBack: boolean;
  /** The same id is wanted at another place. */
  readonly moved: boolean;
  /** Another application that wants it from now on, as people write it; `null`: nobody does. */
  readonly takenBy: string | null;
  readonly observation: Observation;
  readonly policy: PlanPolicy;
  readonly targetUid: string;
  readonly revision: Revision;
  /** See `PlanInput.chosen`. */
  readonly chosen?: boolean | undefined;
  readonly hash: Hasher;
}

/** What becomes of it. */
type DeleteOutcome =
  | { readonly kind: 'delete'; readonly change: Change }
  /** Nothing is there any more, or it is not ours: only the record goes. */
  | { readonly kind: 'forget'; readonly warning: string | null }
  /** It stays, and stays ours. */
  | { readonly kind: 'keep'; readonly warning: string | null };

/** What becomes of something we own and no longer want (invariant 2: a recorded owner and a UID, or no delete). */
export function planDelete(input: DeleteInput): DeleteOutcome {
  const { entry, observation, policy } = input;
  const name = showResource(entry.id);
  if (observation.kind === 'unreadable') {
    const why = observation.error.message;
    return {
      kind: 'keep',
      warning: `${name} was not made for all that is known; left alone: ${why}`,
    };
  }
  if (observation.kind !== 'present' || policy.removal === 'orphan')
    return { kind: 'forget', warning: null };
  if (input.takenBy !== null)
    return { kind: 'keep', warning: `${name} stays as it is, and goes over to ${input.takenBy}` };
  if (!entry.prune && policy.removal !== null) {
    return { kind: 'forget', warning: `${name} stays, and is no longer managed` };
  }
  if (policy.removal !== null && entry.deletion?.keptOnRemoval === true) {
    return {
      kind: 'forget',
      warning: `${name} stays as its source asks, and is no longer managed`,
    };
  }
  if (policy.removal === null && !(entry.prune && policy.prune)) {
    return {
      kind: 'keep',
      warning: `${name} is no longer in the source; ${whyKept(observation.live)}`,
    };
  }
  if (policy.removal === null && entry.deletion?.onlyOnRemoval === true)
    return { kind: 'keep', warning: null };
  const { live } = observation;
  if (input.takenBack && policy.removal === null && entry.found === true) {
    return {
      kind: 'keep',
      warning: `${name} was there before the release that failed; it stays as it is`,
    };
  }
  if (live.stays !== undefined) {
    return { kind: 'forget', warning: `${name} is no longer wanted; ${live.stays}` };
  }
  if (input.takenBack && policy.removal === null && live.outlasts !== undefined) {
    return { kind: 'keep', warning: `${name} is no longer wanted; ${live.outlasts}` };
  }
  if (entry.uid === null && !sameJson(entry.fields, live.fields)) {
    // Its creation was announced and never confirmed, and this is not what we would have made.
    return {
      kind: 'forget',
      warning: `${name} is there but was not made by Fairlead; it is left alone`,
    };
  }
  return {
    kind: 'delete',
    change: {
      action: 'delete',
      id: entry.id,
      cause: input.moved
        ? said(input, 'moved in', 'elsewhere in')
        : policy.removal === null
          ? said(input, 'removed from source in', 'not there in')
          : 'the application was removed',
      causeKind: input.moved ? 'moved' : 'removed',
      wave: entry.wave,
      rank: entry.rank ?? 0,
      locator: entry.locator,
      diff: [],
      uid: live.uid,
      irreversible: entry.traits.dataBearing,
      ...(entry.deletion?.last && { last: entry.deletion.last }),
      digest: changeDigest(input.hash, {
        targetUid: input.targetUid,
        action: 'delete',
        id: entry.id,
        locator: entry.locator,
        fields: null,
        wave: entry.wave,
        uid: live.uid,
      }),
    },
  };
}

function whyKept({ marks }: Live): string {
  if (marks?.kept === undefined) return 'it stays because pruning is off';
  return `it stays because it has ${marks.kept} where it is; take that off to let it go`;
}
