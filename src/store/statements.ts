import type { Kysely } from 'kysely';
import { prepare } from './prepare.ts';
import type { Take } from './prepare.ts';
import type { Tables } from './tables.ts';

/** What every release and every look at an application runs, built once for a dialect; the rest is built from `db`. */
export type Statements = ReturnType<typeof createStatements>;

type StepKey = { readonly release: string; readonly position: number };

/** How many events one statement appends, so that any number takes few: a release writes seven of them. */
const eventsAtOnce = [16, 8, 4, 2, 1] as const;

/** All statements of the store, compiled to SQL once each. */
export function createStatements(db: Kysely<Tables>) {
  return {
    db,

    approvals: prepare((take: Take<{ application: string; environment: string; nowMs: number }>) =>
      db
        .selectFrom('approvals')
        .select('body')
        .where('application', '=', take('application'))
        .where('environment', '=', take('environment'))
        .where('expires_at_ms', '>', take('nowMs'))
        .orderBy('at_ms', 'desc')
        .orderBy('seq', 'desc'),
    ),

    events: prepare((take: Take<{ afterSeq: number; limit: number }>) =>
      db
        .selectFrom('events')
        .select(['seq', 'body'])
        .where('seq', '>', take('afterSeq'))
        .orderBy('seq')
        .limit(take('limit')),
    ),

    /** The most first; the rows that each gives come in any order. */
    appendEvents: eventsAtOnce.map((count) => ({
      count,
      append: prepare((take: Take<readonly string[]>) =>
        db
          .insertInto('events')
          .values(Array.from({ length: count }, (_, at) => ({ body: take(at) })))
          .returning('seq'),
      ),
    })),

    putRelease: prepare((take: Take<Omit<Tables['releases'], 'seq'>>) =>
      db
        .insertInto('releases')
        .values({
          id: take('id'),
          application: take('application'),
          environment: take('environment'),
          outcome: take('outcome'),
          body: take('body'),
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({
            application: (excluded) => excluded.ref('excluded.application'),
            environment: (excluded) => excluded.ref('excluded.environment'),
            outcome: (excluded) => excluded.ref('excluded.outcome'),
            body: (excluded) => excluded.ref('excluded.body'),
          }),
        ),
    ),

    /** In the order of their positions. */
    stepsOf: prepare((take: Take<{ release: string }>) =>
      db
        .selectFrom('release_steps')
        .select(['position', 'body'])
        .where('release', '=', take('release'))
        .orderBy('position'),
    ),

    putStep: prepare((take: Take<StepKey & { body: string }>) =>
      db
        .insertInto('release_steps')
        .values({
          release: take('release'),
          position: take('position'),
          body: take('body'),
        })
        .onConflict((conflict) =>
          conflict
            .columns(['release', 'position'])
            .doUpdateSet({ body: (excluded) => excluded.ref('excluded.body') }),
        ),
    ),

    dropStepsFrom: prepare((take: Take<StepKey>) =>
      db
        .deleteFrom('release_steps')
        .where('release', '=', take('release'))
        .where('position', '>=', take('position')),
    ),
  };
}
