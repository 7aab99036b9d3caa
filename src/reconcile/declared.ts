import type {
  ApplicationConfig,
  EnvironmentConfig,
  ProjectConfig,
  SyncPolicy,
} from '../model/config.ts';
import { effectivePolicy } from '../release/policy.ts';
import type { Mistake } from './ports.ts';

/** What the configuration says of an application, or said last. Only the roster puts another in its place. */
interface Declared {
  /** `null` once it left the configuration. */
  readonly application: ApplicationConfig | null;
  readonly environment: EnvironmentConfig | null;
  /** What its project and its targets were like when it was last configured, see `surroundingsOf`. */
  readonly surroundings: string;
  /** Why a person may have to be asked first at the newest commit, see `mistakeFor`; `null`: what is in force says it. */
  readonly mistake: Mistake | null;
  /** How it leaves; `null` while it is configured. */
  readonly removal: 'confirm' | 'delete' | 'orphan' | null;
  /** What it depended on when it was last configured; what leaves goes before what it stands on. */
  readonly lastDependsOn: readonly string[];
  /**
   * The project it was of when it was last configured, as that was then; `null`: it was of none; `undefined`: it never was
   * configured since the controller started.
   */
  readonly lastProject: ProjectConfig | null | undefined;
}

/** Of what has left the configuration before the controller started, nothing is known but its records. */
export const undeclared: Declared = {
  application: null,
  environment: null,
  surroundings: '',
  mistake: null,
  removal: null,
  lastDependsOn: [],
  lastProject: undefined,
};

/** Targets that its environment names; none where it has left, or never was in one. */
export function targetNamesOf({ environment }: Declared): readonly string[] {
  return environment?.targets ?? [];
}

/** Whether it is released by itself: as its environment says, or stricter. */
export function syncPolicyOf({ application, environment }: Declared): SyncPolicy {
  return effectivePolicy(environment?.sync ?? 'auto', application?.sync ?? null);
}
