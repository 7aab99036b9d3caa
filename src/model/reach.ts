/** Whether a target answers. */
export interface Reach {
  /** Wall clock; `null`: not since the controller started. */
  readonly lastSeenAtMs: number | null;
  /** Why it does not, and since when that is known (wall clock); `null`: it does, as far as anybody knows. */
  readonly away: {
    readonly sinceMs: number;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
}
