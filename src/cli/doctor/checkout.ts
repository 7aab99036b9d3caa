import { openCheckout } from '../connect.ts';
import type { Context } from '../context.ts';
import { toFairleadError } from '../../model/error.ts';
import { mapLimited } from '../abort.ts';
import { showSelector } from '../selection.ts';
import { countOf } from '../show/counts.ts';
import { showSource } from '../show/source.ts';
import { ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';
import { isError, problemLine } from '../show/problem.ts';

const parallel = 4;

/** The checkout that the command runs in: its configuration, its sources, and whether its applications render. */
export async function checkCheckout(context: Context, top: string): Promise<readonly Check[]> {
  try {
    await using connection = await openCheckout(context, top, { worktree: false, write: false });
    const { api } = connection;
    const status = await api.status();
    const problems = status.config.problems.map((one) => {
      const check = isError(one) ? problem : warning;
      return check('checkout', problemLine(one), one.hint);
    });
    const sources = status.sources.flatMap((source) =>
      source.failing === null
        ? []
        : [problem(`source ${showSource(source)}`, source.failing.message, source.failing.hint)],
    );
    // Of what was removed there is nothing to render.
    const views = (await api.applications()).filter(({ project }) => project !== '');
    const failed = await mapLimited(views, parallel, async (view): Promise<readonly Check[]> => {
      try {
        const { warnings } = await api.check({
          application: view.application,
          environment: view.environment,
          revision: null,
        });
        const fix = 'Correct the target; `fairlead plan` says what is wrong with it.';
        return warnings.map((one) => warning(`application ${showSelector(view)}`, one, fix));
      } catch (thrown) {
        const error = toFairleadError(thrown);
        return [problem(`application ${showSelector(view)}`, error.message, error.hint)];
      }
    });
    const found = [...problems, ...sources, ...failed.flat()];
    return found.length > 0
      ? found
      : [ok('checkout', `${top}: ${countOf(views.length, 'application')} can be rendered`)];
  } catch (thrown) {
    const error = toFairleadError(thrown);
    return [problem('checkout', error.message, error.hint)];
  }
}
