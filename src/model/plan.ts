import type { Json, JsonObject } from './json.ts';
import type { Deletion, Moment, ResourceId } from './resource.ts';
import type { Revision } from './revision.ts';

/** What is done to one resource. `adopt` takes ownership of something identical without touching it. */
export type Action = 'create' | 'update' | 'replace' | 'delete' | 'adopt' | 'run';

/** What was done, in words. */
export const pastTense: Readonly<Record<Action, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  adopt: 'adopted',
  run: 'run',
};

/** One field that would change. Secret values are `Sealed`; long content is a digest with `text` for people. */
export interface FieldDiff {
  /** Field path with dots: `env.PORT`, `content`. */
  readonly path: string;
  /** Absent member: the field is not there. */
  readonly from?: Json;
  readonly to?: Json;
  /** A unified text difference, where both sides have readable text. */
  readonly text?: string | undefined;
  /** Why live is different, where nobody changed it: `Live.because`. */
  readonly because?: string | undefined;
  /** Who else keeps this field, and would lose it: `Live.heldBy`. */
  readonly heldBy?: string | undefined;
}

/**
 * Why a change is planned. `if-needed`: there is nothing to do now, but what the plan changes before it may ask for it,
 * or nobody has looked. Whether there is anything to do is asked when it is its turn.
 */
export type CauseKind =
  | 'source'
  | 'drift'
  | 'removed'
  | 'moved'
  | 'unfinished'
  | 'adopted'
  | 'if-needed';

/** What one resource needs to become what is desired. */
export interface Change {
  readonly action: Action;
  readonly id: ResourceId;
  /** Why, in words: "changed in commit 1a2b3c4d", "removed from source". Not part of the digest. */
  readonly cause: string;
  readonly causeKind: CauseKind;
  readonly wave: number;
  readonly rank: number;
  /** Where the thing is; tells two places of one id apart while it moves. */
  readonly locator: JsonObject;
  /** Of `update` and `replace`: the fields that differ. Shown, not digested (live values are in it). */
  readonly diff: readonly FieldDiff[];
  /** Identity that must still hold when the change is applied; `null` where nothing is there yet. */
  readonly uid: string | null;
  readonly irreversible: boolean;
  /** Of what is run only after a failure, or when the application is removed: when. Absent: it comes with the rest. */
  readonly moment?: Exclude<Moment, 'release'>;
  /** Of what is run when the application is removed: a person goes on without it. Default false. */
  readonly leftOut?: true;
  /** Of a delete: what it waits for, as `Deletion.last`. Absent: nothing. */
  readonly last?: Deletion['last'];
  /**
   * The record names this place, but what it says of it was only going to be made: what is there is not that, and was there
   * already. Absent: as the record says.
   */
  readonly found?: true;
  /** Fields that are taken from somebody else, sorted; absent: none. */
  readonly takesOver?: readonly string[];
  /** Of what is run: what somebody else has left under its name, and goes before it. Absent: nothing. */
  readonly displaces?: Displaced;
  /** `sha256:…` over target, action, id, owned desired fields, wave, options, and the UID of deletes and replacements. */
  readonly digest: string;
}

/** What is deleted so that something else can be run under its name. */
interface Displaced {
  readonly uid: string;
  /** Whose it is, as half a sentence: "left by a hook of Argo CD". */
  readonly words: string;
  /** Digest of the same change once this is gone: a yes to the one is a yes to the other. */
  readonly digestAfter: string;
}

/** How many changes of each action a plan has. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly adopt: number;
  readonly run: number;
  /** Resources that are as they should be. */
  readonly unchanged: number;
}

/** Something a person must confirm before this plan may run; bound to the plan's digest. */
export interface Guard {
  readonly code:
    | 'last-workload'
    | 'data-bearing'
    | 'share-of-application'
    | 'many-deletes'
    | 'wants-unknown'
    | 'modified-since'
    | 'application-removed'
    | 'held-by-others'
    | 'not-made-here'
    | 'replaces-data'
    | 'asks-first'
    | 'hooks-left-out';
  /** One sentence for the person who decides. */
  readonly message: string;
}

/**
 * What a target makes by itself, because what is to be made cannot be without it: a namespace. It belongs to no application, is on
 * no record and is never taken away.
 */
export interface Prerequisite {
  readonly id: ResourceId;
  /** Why, in words. Not part of the digest. */
  readonly cause: string;
  /** Part of what is approved, as the digest of a change. */
  readonly digest: string;
}

/** The difference between live and desired for one application, environment and target. Immutable. */
export interface Plan {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly revision: Revision;
  /** In the order of application: deletes last, else wave, then dependencies within a wave. */
  readonly changes: readonly Change[];
  /** What is run if this release fails, in that order; part of what is approved. Absent: nothing. */
  readonly onFailure?: readonly Change[];
  /** What the target makes before that by itself; part of what is approved. Absent: nothing. */
  readonly prerequisites?: readonly Prerequisite[];
  readonly counts: PlanCounts;
  readonly warnings: readonly string[];
  readonly guards: readonly Guard[];
  /** Digest of the desired set; equal desired sets have equal ones, whatever is live. */
  readonly desiredDigest: string;
  /** `sha256:…` over the sorted change digests: what approval is bound to. */
  readonly digest: string;
}

/** The plans of one application and environment over all targets, approved as one. */
export interface PlanSet {
  readonly application: string;
  readonly environment: string;
  readonly revision: Revision;
  readonly plans: readonly Plan[];
  /** Digest of the plans' digests. */
  readonly digest: string;
  /**
   * Made without asking some checks. What they would have said is not known, so a plan that asks them may have fewer
   * changes and another digest. Absent: everything was asked.
   */
  readonly unasked?: true;
}
