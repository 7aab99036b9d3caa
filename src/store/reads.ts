import type { FairleadEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Approval, JournalStep, Release } from '../model/release.ts';
import type { Executor } from './executor.ts';
import type { Statements } from './statements.ts';
import type { Reader } from './store.ts';

const defaultReleases = 50;

/** Reads over any database that Kysely has a dialect for. */
export function createReader(statements: Statements, { run }: Executor): Reader {
  const { db } = statements;
  const withSteps = async (
    rows: readonly { readonly id: string; readonly body: string }[],
  ): Promise<readonly Release[]> => {
    if (rows.length === 0) return [];
    const found = await run(
      db
        .selectFrom('release_steps')
        .select(['release', 'body'])
        .where(
          'release',
          'in',
          rows.map(({ id }) => id),
        )
        .orderBy('release')
        .orderBy('position'),
    );
    const steps = Map.groupBy(found.rows, ({ release }) => release);
    return rows.map(({ id, body }) => ({
      ...(JSON.parse(body) as Omit<Release, 'steps'>),
      steps: (steps.get(id) ?? []).map((step) => JSON.parse(step.body) as JournalStep),
    }));
  };

  return {
    async setting(name) {
      const { rows } = await run(db.selectFrom('settings').select('body').where('name', '=', name));
      return rows[0] === undefined ? null : (JSON.parse(rows[0].body) as JsonObject);
    },

    async release(id) {
      const { rows } = await run(
        db.selectFrom('releases').select(['id', 'body']).where('id', '=', id),
      );
      return (await withSteps(rows))[0] ?? null;
    },

    async releases({ idPrefix, application, environment, outcome, limit = defaultReleases }) {
      let query = db.selectFrom('releases').select(['id', 'body']);
      if (application !== undefined) query = query.where('application', 'in', [application].flat());
      if (environment !== undefined) query = query.where('environment', '=', environment);
      if (outcome !== undefined) query = query.where('outcome', '=', outcome);
      // Everything that begins like the prefix sorts from it up to it with the highest character appended.
      if (idPrefix !== undefined && idPrefix !== '') {
        query = query.where('id', '>=', idPrefix).where('id', '<', `${idPrefix}\u{10ffff}`);
      }
      const { rows } = await run(query.orderBy('seq', 'desc').limit(limit));
      return await withSteps(rows);
    },

    async approvals(application, environment, nowMs) {
      const { rows } = await run(statements.approvals({ application, environment, nowMs }));
      return rows.map(({ body }) => JSON.parse(body) as Approval);
    },

    async events(afterSeq, limit) {
      const { rows } = await run(statements.events({ afterSeq, limit }));
      return rows.map(({ seq, body }) => ({
        ...(JSON.parse(body) as Omit<FairleadEvent, 'seq'>),
        seq,
      }));
    },
  };
}
