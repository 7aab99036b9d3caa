import type { ErrorRecord } from './error.ts';
import type { JsonObject } from './json.ts';
import type { Secret } from './sealed.ts';

/**
 * The stable identity of a declared thing inside one target, without API version. `group` is the part of
 * `apiVersion` before the slash (empty for the Kubernetes core group); `namespace` is empty where a kind has none.
 */
export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A `ResourceId` as a map key: `group/kind/namespace/name`; parts never contain a slash. */
export type ResourceKey = string;

/** An id as text: `group/kind/namespace/name`. */
export function resourceKey(id: ResourceId): ResourceKey {
  // Many of them are kept: what is joined lies in memory as one text, what a template puts together as a tree of its parts.
  return [id.group, id.kind, id.namespace, id.name].join('/');
}

/** The id of such a text. */
export function parseResourceKey(key: ResourceKey): ResourceId {
  const [group = '', kind = '', namespace = '', name = ''] = key.split('/');
  return { group, kind, namespace, name };
}

/** The id as people write it: `File/index`, or `shop/Deployment/web` with a namespace. */
export function showResource(id: ResourceId): string {
  return id.namespace === '' ? `${id.kind}/${id.name}` : `${id.namespace}/${id.kind}/${id.name}`;
}

/** Where a resource was declared; lines and columns count from 1. */
export interface Origin {
  readonly file: string;
  readonly line?: number | undefined;
}

/** One document that rendering gave, before a target has looked at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of a hook that has `generateName` alone: that, and the target completes it. */
  readonly name: string;
  readonly namespace: string;
  readonly body: JsonObject;
  readonly origin: Origin;
}

/** What planning must know about a resource's kind; given by the target, so that plans stay free of kinds. */
export interface Traits {
  /** Runs something users depend on; the last one of an application is guarded against pruning. */
  readonly workload: boolean;
  /** Holds data or the ground that others stand on (volumes, namespaces, CRDs, host data): its deletion is guarded. */
  readonly dataBearing: boolean;
  /** Cannot be undone by applying the old state again (a `Command`); shown as such in the plan. */
  readonly irreversible: boolean;
}

/** How a thing may be deleted, beyond whether it may. */
export interface Deletion {
  /** It stays and is given up when the whole application is removed. Default false. */
  readonly keptOnRemoval?: boolean;
  /** A person is asked first: when it leaves the source, when the application is removed. Default: as for all others. */
  readonly asks?: readonly ('prune' | 'removal')[];
  /** It goes when everything else that is deleted is gone, or also all is run that comes after that. Default: in its order. */
  readonly last?: 'deletes' | 'all';
  /** It goes with the application and no sooner, also where the source has it no more. Default false. */
  readonly onlyOnRemoval?: boolean;
  /** What becomes of what it owns at the target: it goes before it, or it stays. Default: it goes after it. */
  readonly dependents?: 'first' | 'stay';
}

/** When something is run that is not kept up: with releases, after one that failed, when the application is removed. */
export type Moment = 'release' | 'failure' | 'before-removal' | 'after-removal';

/** Why something is run and not kept up after that. */
export interface Occasion {
  readonly moment: Moment;
  /** As the beginning of a sentence: "PreSync hook". */
  readonly words: string;
  /** The member of `fields` that says what it is run for, and is no part of what is run. */
  readonly member: string;
  /** It finds out whether what is live works, and can be run for that alone. Default false. */
  readonly isTest?: true;
}

/** What a resource must be, checked and completed by its target. The only form that planning and applying see. */
export interface Desired {
  readonly id: ResourceId;
  /**
   * Every field that we own, secrets as `Sealed`, long content as `sha256:` digests: exactly what is compared
   * with live and what the plan's digest covers.
   */
  readonly fields: JsonObject;
  /** What the target needs to carry it out, secrets as references only. Opaque to planning; in no digest. */
  readonly payload: JsonObject;
  /** Values behind the seals that came with the source, for the target alone; in memory only and in no digest. */
  readonly secret?: Secret;
  /** Where the thing is in the world, when the id does not say it (a path). A moved locator means replace. */
  readonly locator: JsonObject;
  /** Readable text behind a digest in `fields`, by field path; for showing differences only, never for a secret. */
  readonly texts: Readonly<Record<string, string>>;
  /** Names in the world that only one resource may hold (`path:/srv/site/index.html`). */
  readonly claims: readonly string[];
  /** Resources with a lower wave are live and healthy before this one begins. Default 0. */
  readonly wave: number;
  /** Order inside a wave by kind, lower first (folders before the files in them). Default 0. */
  readonly rank?: number;
  readonly traits: Traits;
  /** `false` keeps the thing alive when it disappears from the source. Default true. */
  readonly prune: boolean;
  /** What else is to be known before it is deleted. Default: nothing. */
  readonly deletion?: Deletion;
  /** Whether it may be deleted and made anew where it cannot be changed in place. Default false. */
  readonly replaceable?: boolean;
  /** When it is run. Default: it is kept up. */
  readonly occasion?: Occasion;
  /**
   * Carrying it out asks first whether there is anything to do, and the answer may be another one once what comes before
   * it has changed: it is planned with such changes, and done where it is still needed then. Default false.
   */
  readonly asksFirst?: boolean;
  /** How long carrying it out may take, where that is known beforehand. Default: `timeouts.apply`. */
  readonly timeoutMs?: number;
  readonly origin: Origin;
}

/** A resource as it was found. */
export interface Live {
  readonly id: ResourceId;
  /** Identity of this very thing, new whenever it is made anew; what delete preconditions carry. */
  readonly uid: string;
  /** The same shape as `Desired.fields`, secrets sealed under the same key. */
  readonly fields: JsonObject;
  readonly texts: Readonly<Record<string, string>>;
  /**
   * What of `fields` is ours by the target's own account: an update that was cut off is in no record. Default: what the
   * inventory has.
   */
  readonly owned?: JsonObject;
  /**
   * Of what a release has announced and nobody recorded as made: whether this is what it would have made. Default: it is where
   * it has the fields of the record.
   */
  readonly isAsAnnounced?: boolean;
  /** Facts that health is judged from (exit code, probe answers, conditions). */
  readonly status: JsonObject;
  /** Default: it says nothing. */
  readonly marks?: LiveMarks;
  /**
   * Why it is given up instead of deleted once it is no longer wanted, as half a sentence ("it stays, because …").
   * Default: it is deleted.
   */
  readonly stays?: string;
  /**
   * Why it is not deleted together with what a release that failed has made, as half a sentence: it goes with the next
   * release. Default: it is.
   */
  readonly outlasts?: string;
  /**
   * Why a field is not as it was made, by its path, where nobody changed it: the thing itself moved on ("ended with
   * code 1"). Putting it back is no contest; its target limits how often. Default: somebody changed it.
   */
  readonly because?: Readonly<Record<string, string>>;
  /** Who else keeps a field that we want and did not own so far, by its path. Taking it over needs a person's yes. */
  readonly heldBy?: Readonly<Record<string, string>>;
  /** Why it cannot be changed to what is wanted without making it anew, as half a sentence ("spec.selector is immutable"). */
  readonly immutable?: string;
  /** Nobody asked whether there is anything to do, as `ReadOptions.runNothing` wants it. Default false. */
  readonly unasked?: boolean;
  /** The target has said, without being changed, that it will not take what is wanted. */
  readonly refused?: ErrorRecord;
  /** Of what is run at another moment than now: what is there under its name. Default: nothing. */
  readonly inTheWay?: InTheWay;
}

/** What a thing says for itself where it is about how it may be deleted, beside what its source said. */
export interface LiveMarks {
  /** What says that it is not deleted: `helm.sh/resource-policy: keep`. Default: nothing. */
  readonly kept?: string;
  readonly deletion?: Pick<Deletion, 'keptOnRemoval' | 'asks'>;
}

/** Something of somebody else's, under the name of what is to be run, which can only run once that is gone. */
export interface InTheWay {
  readonly uid: string;
  /** Whose it is, as half a sentence: "left by a hook of Argo CD". */
  readonly words: string;
  /** Why nobody may take it away for the run, or not now. Default: it goes once a person has agreed. */
  readonly refused?: ErrorRecord;
}

/** Something that a target makes by itself so that something else can be made. */
interface Need {
  readonly id: ResourceId;
  /** Why it may, as half a sentence. */
  readonly why: string;
}

/** The answer to reading one resource. A failure to look is never "absent". */
export type Observation =
  | { readonly kind: 'present'; readonly live: Live }
  | {
      readonly kind: 'absent';
      readonly inTheWay?: InTheWay;
      /** The target has said, without being changed, that what is wanted cannot be made here. Default: it did not. */
      readonly refused?: ErrorRecord;
      /** It may say otherwise once other things are there: a right, a quota, what this refers to. Default false. */
      readonly mayPass?: boolean;
      /** What is not there either, and the target makes by itself when this is made. Default: nothing. */
      readonly needs?: Need;
    }
  | { readonly kind: 'unreadable'; readonly error: ErrorRecord };
