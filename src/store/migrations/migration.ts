import type { Compilable, Kysely } from 'kysely';

/** One forward step of the schema. Never edited once released: a later one corrects it. */
export interface Migration {
  /** Counts from 1 without gaps; the schema's version is the highest number applied. */
  readonly number: number;
  readonly name: string;
  /** The statements, in order; all of them run in one transaction. */
  up(db: Kysely<unknown>): readonly Compilable[];
}
