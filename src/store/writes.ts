import { sql } from 'kysely';
import type { JournalStep } from '../model/release.ts';
import type { Executor } from './executor.ts';
import { createReader } from './reads.ts';
import type { Statements } from './statements.ts';
import type { Transaction } from './store.ts';

/** The methods of a transaction over any database that Kysely has a dialect for; the caller begins and ends it. */
export function createTransaction(statements: Statements, executor: Executor): Transaction {
  const { db } = statements;
  const { run } = executor;

  const putStep = async (release: string, position: number, step: JournalStep): Promise<void> => {
    await run(statements.putStep({ release, position, body: JSON.stringify(step) }));
  };

  /** Most steps are there already when a release ends: only what differs is written. */
  const putSteps = async (release: string, steps: readonly JournalStep[]): Promise<void> => {
    const { rows } = await run(statements.stepsOf({ release }));
    for (const [position, step] of steps.entries()) {
      if (rows[position]?.body !== JSON.stringify(step)) await putStep(release, position, step);
    }
    if (rows.length > steps.length) {
      await run(statements.dropStepsFrom({ release, position: steps.length }));
    }
  };

  const trimReleases = async (keep: number): Promise<number> => {
    const ranked = db
      .selectFrom('releases')
      .select([
        'seq',
        'outcome',
        sql<number>`row_number() over (partition by application, environment order by seq desc)`.as(
          'age',
        ),
        sql<number>`max(case when outcome = 'succeeded' then seq end) over (partition by application, environment)`.as(
          'last_success',
        ),
      ]);
    const { changes } = await run(
      db.deleteFrom('releases').where('seq', 'in', (query) =>
        query
          .selectFrom(ranked.as('ranked'))
          .select('ranked.seq')
          .where('ranked.age', '>', keep)
          .where('ranked.outcome', '!=', 'running')
          .where((where) =>
            where.or([
              where('ranked.last_success', 'is', null),
              where('ranked.seq', '!=', where.ref('ranked.last_success')),
            ]),
          ),
      ),
    );
    return changes;
  };

  const trimEvents = async (keep: number): Promise<number> => {
    const { changes } = await run(
      db
        .deleteFrom('events')
        .where('seq', '<=', (query) =>
          query.selectFrom('events').select(sql<number>`max(seq) - ${keep}`.as('last')),
        ),
    );
    return changes;
  };

  return {
    ...createReader(statements, executor),

    async putSetting(name, value) {
      if (value === null) {
        await run(db.deleteFrom('settings').where('name', '=', name));
        return;
      }
      const body = JSON.stringify(value);
      await run(
        db
          .insertInto('settings')
          .values({ name, body })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ body })),
      );
    },

    async putRelease({ steps, ...release }) {
      const { id, application, environment, outcome } = release;
      const body = JSON.stringify(release);
      await run(statements.putRelease({ id, application, environment, outcome, body }));
      await putSteps(id, steps);
    },

    putStep,

    async dropRelease(id) {
      await run(db.deleteFrom('releases').where('id', '=', id));
    },

    async putApproval(approval) {
      const { application, environment, digest, by, atMs, expiresAtMs } = approval;
      const columns = {
        at_ms: atMs,
        expires_at_ms: expiresAtMs,
        body: JSON.stringify(approval),
      };
      await run(
        db
          .insertInto('approvals')
          .values({ application, environment, digest, approved_by: by, ...columns })
          .onConflict((conflict) =>
            conflict
              .columns(['application', 'environment', 'digest', 'approved_by'])
              .doUpdateSet(columns),
          ),
      );
    },

    async appendEvents(events) {
      const seqs: number[] = [];
      const bodies = events.map((event) => JSON.stringify(event));
      for (const { count, append } of statements.appendEvents) {
        while (bodies.length - seqs.length >= count) {
          const { rows } = await run(append(bodies.slice(seqs.length, seqs.length + count)));
          // Numbers are given in the order of the values.
          seqs.push(...rows.map(({ seq }) => seq).toSorted((left, right) => left - right));
        }
      }
      return events.map((event, at) => ({ ...event, seq: seqs[at] ?? 0 }));
    },

    trim: async ({ releasesPerApplication, events }) =>
      (await trimReleases(releasesPerApplication)) + (await trimEvents(events)),
  };
}
