import type { Compilable } from 'kysely';

/** Runs what Kysely has built, on whatever database is behind it. */
export interface Executor {
  /** @throws FairleadError `store.…` */
  run: <R>(
    query: Compilable<R>,
  ) => Promise<{ readonly rows: readonly R[]; readonly changes: number }>;
}
