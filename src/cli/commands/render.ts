import type { RenderedView } from '../../control/api.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connectToCheckout } from '../connect.ts';
import { environmentOption, revisionOption, selectionArgument } from '../options.ts';
import { forEach, reportFailures, selected, valuesOf } from '../plans.ts';
import type { View } from '../output.ts';
import { showSelector } from '../selection.ts';
import { oneLine, visible } from '../terminal/width.ts';
import { loadYamlWriter } from '../yaml.ts';

/** What one application renders to for one target. */
type RenderedTarget = RenderedView & {
  readonly application: string;
  readonly environment: string;
};

const renderView: View<RenderedTarget> = { kind: 'RenderedSet', name: showSelector, columns: [] };

export const render: CommandDefinition = {
  description: `Prints the documents that an application renders to, as YAML, and changes nothing: what would be compared with live. Values of Secrets are left out, references to secrets stay what they are. What Helm's charts say to who installs them (NOTES) is written to stderr. Works from a checkout or asks the controller, as \`fairlead plan\` does.`,
  arguments: [selectionArgument],
  options: [environmentOption, revisionOption, ...checkoutOptions],
  examples: [
    { run: 'fairlead render site@dev', why: 'what HEAD of this checkout renders to' },
    { run: 'fairlead render site@dev --worktree', why: 'with uncommitted changes' },
    { run: 'fairlead render site@prod --revision main~1 -o json', why: 'an older commit, as JSON' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToCheckout(context, input);
    const { api } = connection;
    const views = await selected(context, api, input);
    const revision = input.text('revision');
    const results = await forEach(
      context,
      views,
      'rendering',
      async ({ application, environment }) =>
        (await api.render({ application, environment, revision })).map((one): RenderedTarget => ({
          application,
          environment,
          ...one,
        })),
    );
    const sets = valuesOf(results).flat();
    if (context.out.format === 'text') {
      const toYaml = await loadYamlWriter();
      for (const { warning, name } of warningsOf(sets)) {
        context.progress.important(`${context.style.warn('!')} ${name}: ${oneLine(warning)}`);
      }
      const texts = sets.flatMap((set) =>
        set.documents.map(
          (document) => `---\n# ${showSelector(set)} → ${set.target}\n${visible(toYaml(document))}`,
        ),
      );
      context.out.text(texts.join(''));
      for (const { name, notes } of notesOf(sets)) {
        context.progress.line(`\n${context.style.strong(`Notes of ${name}:`)}\n${visible(notes)}`);
      }
    } else context.out.list(renderView, sets);
    return await reportFailures(context, api, results);
  },
};

/** Each warning once for an application, whatever targets it has. */
function warningsOf(
  sets: readonly RenderedTarget[],
): readonly { readonly name: string; readonly warning: string }[] {
  const seen = new Set<string>();
  return sets.flatMap((set) =>
    set.warnings.flatMap((warning) => {
      const name = showSelector(set);
      const key = `${name} ${warning}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ name, warning }];
    }),
  );
}

function notesOf(
  sets: readonly RenderedTarget[],
): readonly { readonly name: string; readonly notes: string }[] {
  const byName = new Map(sets.map((set) => [showSelector(set), set.notes]));
  return [...byName].flatMap(([name, notes]) => (notes === '' ? [] : [{ name, notes }]));
}
