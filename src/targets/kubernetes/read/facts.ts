import type { LiveMarks } from '../../../model/resource.ts';
import type { Health } from '../../../model/status.ts';
import type { KubeObject } from '../client/object.ts';
import type { Trimmed } from '../watch/informers.ts';

/** What is kept of every object that is watched, beside its identity and the digest of what we own. */
export interface Facts {
  readonly health: Health;
  /** Digest of what we own, comparable with `InventoryEntry.baseline`; keyed for kinds that hold secrets. */
  readonly baseline: string;
  /** It has a number of replicas that is not ours: an autoscaler's, as long as there is one. Default: it has none, or ours. */
  readonly othersReplicas?: true;
  /** What it says about its own deletion; most say nothing. */
  readonly marks?: LiveMarks;
  /** Of what runs pods and is not well: the object, to find out which pod is to blame. */
  readonly workload?: KubeObject;
}

/** What watching knows of an object. */
export type Seen = Trimmed<Facts>;

/** Makes of an object what is kept of it. */
export type TrimObject = (object: KubeObject) => Facts;
