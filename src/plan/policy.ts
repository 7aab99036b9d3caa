/** What an application and the place of its release allow a plan to do. */
export interface PlanPolicy {
  readonly prune: boolean;
  readonly allowEmpty: boolean;
  readonly maxPrunePercent: number;
  readonly ephemeral: boolean;
  /**
   * The application leaves this target: `confirm` asks a person, `delete` does not, `orphan` deletes nothing and
   * forgets all; `null`: it stays.
   */
  readonly removal: 'confirm' | 'delete' | 'orphan' | null;
  /** Places that a release which failed has just made; taking them back needs no confirmation. */
  readonly takeBack: ReadonlySet<string>;
}
