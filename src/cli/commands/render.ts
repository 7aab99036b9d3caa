import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connect, whereOf } from '../connect.ts';
import { environmentOption, revisionOption, selectionArgument } from '../options.ts';
import { forEach, reportFailures, selected, valuesOf } from '../plans.ts';
import type { View } from '../output.ts';
import { showSelector } from '../selection.ts';
import { visible } from '../terminal/width.ts';
import { loadYamlWriter } from '../yaml.ts';

/** What one application renders to for one target. */
interface RenderedTarget {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly documents: readonly unknown[];
}

const renderView: View<RenderedTarget> = { kind: 'RenderedSet', name: showSelector, columns: [] };

export const render: CommandDefinition = {
  description: `Prints the documents that an application renders to, as YAML, and changes nothing: what would be compared with live. Secrets are not resolved. Works from a checkout or asks the controller, as \`fairlead plan\` does.`,
  arguments: [selectionArgument],
  options: [environmentOption, revisionOption, ...checkoutOptions],
  examples: [
    { run: 'fairlead render site@dev', why: 'what HEAD of this checkout renders to' },
    { run: 'fairlead render site@dev --worktree', why: 'with uncommitted changes' },
    { run: 'fairlead render site@prod --revision main~1 -o json', why: 'an older commit, as JSON' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connect(context, {
      prefer: 'checkout',
      ...whereOf(input),
      worktree: input.flag('worktree'),
      write: false,
    });
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
      const texts = sets.flatMap((set) =>
        set.documents.map(
          (document) => `---\n# ${showSelector(set)} → ${set.target}\n${visible(toYaml(document))}`,
        ),
      );
      context.out.text(texts.join(''));
    } else context.out.list(renderView, sets);
    return await reportFailures(context, api, results);
  },
};
