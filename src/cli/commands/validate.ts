import type { ApplicationView, ConfigProblemView } from '../../control/api.ts';
import type { ErrorRecord } from '../../model/error.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connectToCheckout } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { environmentOption, revisionOption, selectionArgument } from '../options.ts';
import { forEach } from '../plans.ts';
import { select, showSelector } from '../selection.ts';
import { isError, showProblems } from '../show/problem.ts';
import { problemView } from '../show/views.ts';

export const validate: CommandDefinition = {
  description: `Reads the configuration and renders and checks every application against its target, without looking at what is live. Every problem is named with file, line and column, what was found and what is allowed. Ends with 1 when there is one that is more than a warning. Works from a checkout or asks the controller, as \`fairlead plan\` does.`,
  arguments: [selectionArgument],
  options: [environmentOption, revisionOption, ...checkoutOptions],
  examples: [
    { run: 'fairlead validate', why: 'HEAD of this checkout' },
    {
      run: 'fairlead validate --worktree',
      why: 'what is about to be committed; made for a pre-commit hook',
    },
    { run: 'fairlead validate -o json', why: 'problems as data, for an editor' },
  ],
  outputs: ['text', 'table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToCheckout(context, input);
    const { api } = connection;
    const { config } = await orAbort(context.signal, api.status());
    const all = await orAbort(context.signal, api.applications());
    // With a broken configuration the applications that were named may not even be known.
    const views =
      config.problems.length > 0 && all.length === 0
        ? []
        : select(all, input.list('selection'), input.text('environment')).filter(isDeclared);
    const revision = input.text('revision');
    const rendered = await forEach(
      context,
      views,
      'checking',
      async ({ application, environment }) => api.check({ application, environment, revision }),
    );
    const problems = [
      ...config.problems,
      ...onceEach(
        rendered.flatMap((one) =>
          one.kind === 'done' ? [] : [problemOf(one.error, showSelector(one.view))],
        ),
      ),
    ];
    if (context.out.format === 'text') {
      const place = { checkout: connection.checkout, worktree: input.flag('worktree') };
      const shown = problems.map(nameSeveral);
      context.out.text(await showProblems(shown, place, context.out.style.enabled));
    } else {
      context.out.list(problemView, problems);
    }
    const warned = Map.groupBy(
      rendered.flatMap((one) =>
        one.kind === 'done'
          ? one.value.warnings.map((warning) => ({ warning, of: showSelector(one.view) }))
          : [],
      ),
      ({ warning }) => warning,
    );
    for (const [warning, where] of warned) {
      const names = where.map(({ of }) => of).join(', ');
      context.progress.line(`${context.style.warn('!')} ${names}: ${warning}`);
    }
    const errors = problems.filter(isError).length;
    if (errors > 0) {
      context.progress.line(showProblemCount(errors));
      return exitCodes.error;
    }
    const count = `${views.length} ${views.length === 1 ? 'application' : 'applications'}`;
    context.progress.line(`${context.style.good('✓')} the configuration and ${count} are valid`);
    return exitCodes.ok;
  },
};

/** Of what was removed nothing can be wrong any more: what becomes of it is a matter of its plan. */
function isDeclared({ project }: ApplicationView): boolean {
  return project !== '';
}

/** Errors that are about what a folder refers to; their message begins with the folder. */
const refersFrom: ReadonlySet<string> = new Set([
  'render.chart-missing',
  'render.lookup-refused',
  'render.remote-refused',
]);

function problemOf(error: ErrorRecord, path: string): ConfigProblemView {
  const { code, hint, message, resource } = error;
  const folder = refersFrom.has(code) ? /^[^\s:]+/.exec(message)?.[0] : undefined;
  const about = { message, resource: folder ?? resource };
  return { code, ...placeOf(about), path, message: withoutPlace(about), hint };
}

/** One mistake of a document that goes to several environments is one problem, which names all of them. */
function onceEach(problems: readonly ConfigProblemView[]): readonly ConfigProblemView[] {
  const same = Map.groupBy(problems, ({ path: _path, ...rest }) => JSON.stringify(rest));
  return [...same.values()].flatMap((group) =>
    group.slice(0, 1).map((one) => ({ ...one, path: group.map(({ path }) => path).join(', ') })),
  );
}

/** What a problem is about is named in words only where that is more than the file says. */
function nameSeveral(problem: ConfigProblemView): ConfigProblemView {
  const { path, hint } = problem;
  return path.includes(', ')
    ? { ...problem, hint: `In ${path}. ${hint ?? ''}`.trimEnd() }
    : problem;
}

function showProblemCount(count: number): string {
  return `${count} ${count === 1 ? 'problem' : 'problems'}; what is live stays as it is`;
}

/** A place at the front of a message, or the first one that it names as that of a manifest. */
const leading = /^([^\s:]+):(\d+)(?::(\d+))?: /;
const named = /(?:^|[\s(])([^\s:()]+\.(?:yaml|yml|json)):(\d+)(?::(\d+))?/i;
const whole = /^(.*?)(?::(\d+))?(?::(\d+))?$/;

/** The message, without the place that is shown beside it. */
function withoutPlace({ message, resource }: Pick<ErrorRecord, 'message' | 'resource'>): string {
  const prefix = `${resource}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message.replace(leading, '');
}

/** Where in a file an error is: `site/page.yaml:3:7`. Line 1 where that is all there is to say. */
function placeOf({
  message,
  resource,
}: Pick<ErrorRecord, 'message' | 'resource'>): Pick<ConfigProblemView, 'file' | 'line' | 'column'> {
  const match = leading.exec(message) ?? named.exec(message) ?? whole.exec(resource ?? '');
  return {
    file: match?.[1] || '-',
    line: Number(match?.[2] ?? 1),
    column: Number(match?.[3] ?? 1),
  };
}
