import type { Api } from '../../control/api.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connectToCheckout } from '../connect.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  environmentOption,
  noChecksOption,
  noHooksOption,
  revisionOption,
  selectionArgument,
} from '../options.ts';
import type { View } from '../output.ts';
import { isBroken, makePlans, reportFailures, selected, valuesOf } from '../plans.ts';
import type { Each } from '../plans.ts';
import { showSelector } from '../selection.ts';
import { changesOf, showCounts } from '../show/counts.ts';
import { showPlan } from '../show/plan.ts';
import { hang } from '../terminal/width.ts';

export const plan: CommandDefinition = {
  description: `Renders what Git says, reads what is live, and shows the difference as the changes that would be made, each with its cause. Nothing is changed. Inside a checkout with a fairlead.yaml it works from HEAD and needs no controller; elsewhere, or with --server, it asks the running one.

The digest at the end names exactly these changes: \`fairlead approve\` and \`fairlead sync\` bind a person's yes to it. A digest that a checkout makes is the controller's own only where both know the same secrets key and all checks were asked, which --no-checks forbids. A removal that waits without its delete hooks (\`fairlead sync --no-hooks\`) is planned like that.`,
  arguments: [selectionArgument],
  options: [
    environmentOption,
    revisionOption,
    noChecksOption,
    noHooksOption,
    {
      flags: '--full',
      description: 'Show text differences whole; they are folded after 40 lines otherwise',
    },
    { flags: '--all', description: 'Show applications without changes too' },
    { flags: '--exit-code', description: 'End with 2 when there are changes' },
    ...checkoutOptions,
  ],
  examples: [
    { run: 'fairlead plan', why: 'everything, from HEAD of this checkout' },
    {
      run: 'fairlead plan site@dev --worktree',
      why: 'before committing: with uncommitted changes',
    },
    {
      run: 'fairlead plan --revision v1.4.0 --exit-code',
      why: 'would a tag change anything? 2 means yes',
    },
    { run: 'fairlead plan -o json | jq -r ".items[].digest"', why: 'the digests, for a script' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToCheckout(context, input);
    const views = await selected(context, connection.api, input);
    const plans = await makePlans(context, connection.api, views, {
      revision: input.text('revision'),
      checks: input.flag('checks'),
      hooks: input.flag('hooks') ? undefined : false,
    });
    const { api } = connection;
    await writePlans(context, api, plans, { full: input.flag('full'), all: input.flag('all') });
    const failed = await reportFailures(context, api, plans);
    if (failed !== exitCodes.ok) return failed;
    const changes = valuesOf(plans).some((planSet) => changesOf(planSet).length > 0);
    return changes && input.flag('exitCode') ? exitCodes.changes : exitCodes.ok;
  },
};

const planView: View<PlanSet> = { kind: 'Plan', name: showSelector, columns: [] };

/** Plans as data, or for people: those with changes one by one, then how many there are in all. */
export async function writePlans(
  context: Context,
  api: Api,
  results: readonly Each<PlanSet>[],
  options: { readonly full: boolean; readonly all: boolean },
): Promise<void> {
  const { out } = context;
  const planSets = valuesOf(results);
  const changed = planSets.filter((planSet) => changesOf(planSet).length > 0);
  if (out.structured || out.format === 'name') {
    out.list(planView, out.structured ? planSets : changed);
    return;
  }
  const shown = options.all || planSets.length === 1 ? planSets : changed;
  const waiting = new Map(results.map(({ view }) => [view.waiting?.digest, view.waiting?.reason]));
  const texts = shown.map((planSet) =>
    showPlan(planSet, {
      style: out.style,
      width: out.width,
      full: options.full,
      waiting: waiting.get(planSet.digest),
    }),
  );
  out.text(texts.join('\n\n'));
  if (results.length === 1) return;
  const counts = showCounts(planSets.flatMap((planSet) => planSet.plans));
  const failed = results.length - planSets.length;
  const verdict = [
    ...(failed > 0 ? [`${failed} could not be`] : []),
    ...(changed.length > 0 ? [`${changed.length} with changes`] : []),
    ...((await isBroken(context, api)) ? ['the configuration has errors'] : []),
  ];
  if (verdict.length === 0) verdict.push('everything is as Git says');
  const total = `${planSets.length} ${planSets.length === 1 ? 'application' : 'applications'}`;
  const begin = `${texts.length > 0 ? '\n' : ''}${out.style.strong(`${total} planned,`)} `;
  out.text(hang(begin, `${verdict.join(', ')}: ${counts}`, out.width, '  '));
}
