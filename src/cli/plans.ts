import type { Api, ApplicationView } from '../control/api.ts';
import { toFairleadError } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import type { PlanSet } from '../model/plan.ts';
import { mapLimited, orAbort } from './abort.ts';
import type { Context } from './context.ts';
import { claimTaken } from '../targets/errors.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Input } from './input.ts';
import { showError } from './report.ts';
import { select, showSelector } from './selection.ts';
import { hang, oneLine } from './terminal/width.ts';
import { changesOf } from './show/counts.ts';
import { isError, problemLine } from './show/problem.ts';
import { deletesAnything } from '../plan/guard.ts';

/** Applications that are looked at together. */
const parallel = 4;

/** What one application gave, or why it gave nothing: one that fails hides none of the others. */
export type Each<T> =
  | { readonly kind: 'done'; readonly view: ApplicationView; readonly value: T }
  | { readonly kind: 'failed'; readonly view: ApplicationView; readonly error: FairleadError };

/** The applications that the command line selects. Every problem of the configuration is told. */
export async function selected(
  context: Context,
  api: Api,
  input: Input,
): Promise<readonly ApplicationView[]> {
  await warnOfProblems(context, api);
  const views = await orAbort(context.signal, api.applications());
  return select(views, input.list('selection'), input.text('environment'));
}

/** Says on stderr what is wrong with the configuration, with --quiet, too. */
export async function warnOfProblems(context: Context, api: Api): Promise<void> {
  const { config } = await orAbort(context.signal, api.status());
  for (const problem of config.problems) {
    const label = isError(problem) ? context.style.bad('error:') : context.style.warn('warning:');
    const { progress } = context;
    progress.important(hang(`${label} `, oneLine(problemLine(problem)), progress.width, '  '));
  }
}

/** Whether the configuration has errors, so that what it says is not all known. */
export async function isBroken(context: Context, api: Api): Promise<boolean> {
  const { config } = await orAbort(context.signal, api.status());
  return config.problems.some(isError);
}

/** Does the same for each application, a few at a time, and says how far it is. */
export async function forEach<T>(
  context: Context,
  views: readonly ApplicationView[],
  doing: string,
  work: (view: ApplicationView) => Promise<T>,
): Promise<readonly Each<T>[]> {
  let done = 0;
  const tell = (): void => context.progress.status(`${doing} ${done} of ${views.length}`);
  tell();
  const results = await mapLimited(views, parallel, async (view): Promise<Each<T>> => {
    try {
      return { kind: 'done', view, value: await orAbort(context.signal, work(view)) };
    } catch (error) {
      context.signal.throwIfAborted();
      return { kind: 'failed', view, error: toFairleadError(error) };
    } finally {
      done += 1;
      tell();
    }
  });
  context.progress.status(null);
  return results;
}

interface PlansOptions {
  /** A commit, branch or tag instead of the current revision; `null`: that. */
  readonly revision: string | null;
  /** Whether programs that manifests name may be asked. Default true. */
  readonly checks?: boolean;
  /** Whether delete hooks run where an application is removed. Default: as it was asked for last. */
  readonly hooks?: boolean | undefined;
}

/** The plans of these applications. */
export async function makePlans(
  context: Context,
  api: Api,
  views: readonly ApplicationView[],
  { revision, checks = true, hooks }: PlansOptions,
): Promise<readonly Each<PlanSet>[]> {
  const plan = async (some: readonly ApplicationView[]): Promise<readonly Each<PlanSet>[]> =>
    forEach(context, some, 'planning', ({ application, environment }) =>
      // Left out where it is as ever, so that a controller of before understands it.
      api.plan({
        application,
        environment,
        revision,
        ...(checks ? {} : { checks }),
        ...(hooks === undefined ? {} : { withoutHooks: !hooks }),
      }),
    );
  const plans = await plan(views);
  if (!plans.some(takes)) return plans;
  // What one of them wants, another one may give up instead of deleting it; who was planned first could not know.
  const again = await plan(plans.filter(deletes).map(({ view }) => view));
  return plans.map((one) => again.find(({ view }) => view === one.view) ?? one);
}

/** Whether another application has what this one wants, which that one may give up. */
export function isTaken({ code }: Pick<FairleadError, 'code'>): boolean {
  return code === claimTaken.definition.code;
}

/** Whether it takes something over, or would, which another one may have. */
function takes(one: Each<PlanSet>): boolean {
  return one.kind === 'failed'
    ? isTaken(one.error)
    : changesOf(one.value).some(({ action }) => action === 'adopt' || action === 'update');
}

function deletes(one: Each<PlanSet>): boolean {
  return one.kind === 'done' && deletesAnything(one.value);
}

/**
 * Writes what failed to stderr.
 * @returns the code of the first failure; `error` for a configuration with errors, though all it has went well; or ok
 */
export async function reportFailures(
  context: Context,
  api: Api,
  results: readonly Each<unknown>[],
): Promise<ExitCode> {
  const failures = results.filter((result) => result.kind === 'failed');
  for (const { view, error } of failures) {
    const { progress, style } = context;
    const lead = `${style.strong(showSelector(view))}: `;
    progress.important(showError(error, style, progress.width, lead));
  }
  const [first] = failures;
  if (first !== undefined) return exitCodeOf(first.error);
  return (await isBroken(context, api)) ? exitCodes.error : exitCodes.ok;
}

/** The values of what did not fail. */
export function valuesOf<T>(results: readonly Each<T>[]): readonly T[] {
  return results.flatMap((result) => (result.kind === 'done' ? [result.value] : []));
}
