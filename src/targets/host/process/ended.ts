/** How a process ended. Both `null`: nobody who could know was there. */
export interface Ended {
  readonly code: number | null;
  /** `SIGTERM` … */
  readonly signal: string | null;
  /** Wall clock. */
  readonly atMs: number;
}
