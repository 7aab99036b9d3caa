import type { JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Moment } from '../../../model/resource.ts';

/** When a hook runs, in Argo CD's words; `Test` is Helm's. */
export type HookPhase =
  | 'PreSync'
  | 'Sync'
  | 'PostSync'
  | 'Test'
  | 'SyncFail'
  | 'PreDelete'
  | 'PostDelete';

/** What kind of release one is, in Helm's words. `rollback`: what was there before is gone back to. */
export type HookEvent = 'install' | 'upgrade' | 'rollback';

/** What becomes of the object that a hook is, in Argo CD's words. */
export type HookDeletion = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed';

/** An object that is run and is not kept up after that. */
export interface Hook {
  readonly phase: HookPhase;
  /** Order within the phase, lower first. */
  readonly order: number;
  /** The releases that it runs with; `null`: all of them. */
  readonly events: readonly HookEvent[] | null;
  readonly deletions: readonly HookDeletion[];
}

/** What a phase means to a release. */
export function momentOf({ phase }: Pick<Hook, 'phase'>): Moment {
  switch (phase) {
    case 'PreSync':
    case 'Sync':
    case 'PostSync':
    case 'Test':
      return 'release';
    case 'SyncFail':
      return 'failure';
    case 'PreDelete':
      return 'before-removal';
    case 'PostDelete':
      return 'after-removal';
  }
}

/** Beyond all waves, which have six digits. */
const phaseDistance = 2_000_000;

/** Its place among all waves of the application: before all, among them, after all. */
export function waveOf({ phase, order }: Hook): number {
  switch (phase) {
    case 'PreSync':
      return order - phaseDistance;
    case 'Sync':
      return order;
    case 'PostSync':
      return order + phaseDistance;
    case 'Test':
    case 'SyncFail':
    case 'PreDelete':
    case 'PostDelete':
      return order + 2 * phaseDistance;
  }
}

/** The member of `fields` that says what a hook runs for. It is part of no object that is sent. */
export const hookMember = 'fairlead.dev/hook';

/** What `prepare` put there; `null`: it is no hook. */
export function hookIn(fields: JsonObject): JsonObject | null {
  const member = fields[hookMember];
  return isJsonObject(member) ? member : null;
}
