import type { Revision } from '../../model/revision.ts';
import type { Expected, Taken } from '../prepare/taken.ts';

/** How an application is planned. */
export interface PlanOptions {
  /** Plan for this instead of what the source and holds say; for previews. */
  readonly revision: Revision | null;
  /** Commit of the configuration that goes with `revision`, where that has none of it. Default: as it is now. */
  readonly configuration?: string | undefined;
  readonly retryQuarantined: boolean;
  /** Trust nothing that watching brought. Default false. */
  readonly fromScratch?: boolean;
  /** Start no program that a manifest names. Default false. */
  readonly runNothing?: boolean;
  /** `revision` is gone back to, as `fairlead rollback` does. Default false. */
  readonly goesBack?: boolean;
  /** Where it leaves, it does so without what is to be run then. Default false. */
  readonly withoutHooks?: boolean;
  /** What others are about to give up, planned as if they had. For previews alone. Default: nothing. */
  readonly expected?: readonly Expected[];
  /** Who else wants something, beside those that have been looked at. For previews alone. Default: nobody. */
  readonly wantedBy?: { readonly id: string; readonly taken: readonly Taken[] };
  /** Is told what others own and nobody expects them to give up. */
  readonly onTaken?: (taken: readonly Taken[]) => void;
  /** Previews leave no trace in the runtime. */
  readonly preview: boolean;
}
