import type { Change, PlanSet } from '../../model/plan.ts';
import { showResource } from '../../model/resource.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connectToCheckout } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  environmentOption,
  noChecksOption,
  revisionOption,
  selectionArgument,
} from '../options.ts';
import type { View } from '../output.ts';
import { makePlans, reportFailures, selected, valuesOf } from '../plans.ts';
import { showSelector } from '../selection.ts';
import { changesOf } from '../show/counts.ts';
import { showFieldDiff } from '../show/field-diff.ts';
import { actionSymbols } from '../show/plan.ts';
import type { Style } from '../terminal/style.ts';

/** One resource that differs, with where it is. */
interface Difference {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly action: Change['action'];
  readonly resource: string;
  readonly fields: Change['diff'];
  /** There is nothing to do as far as is known now; what changes before it, or its check, may say otherwise. */
  readonly ifNeeded: boolean;
}

export const diff: CommandDefinition = {
  description: `Shows for each resource what is live (-) and what Git says (+), whole and without the words of a plan: for reading closely, for \`less\` and for scripts. What is only in one of the two is named. Secrets are never shown, only that they differ. Works from a checkout or asks the controller, as \`fairlead plan\` does.`,
  arguments: [selectionArgument],
  options: [
    environmentOption,
    revisionOption,
    noChecksOption,
    { flags: '--exit-code', description: 'End with 2 when there are differences' },
    ...checkoutOptions,
  ],
  examples: [
    { run: 'fairlead diff site@dev', why: 'what differs, from HEAD of this checkout' },
    { run: 'fairlead diff --server --exit-code', why: 'has anything drifted? 2 means yes' },
    { run: 'fairlead diff site@prod --revision HEAD~3', why: 'live against an older commit' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToCheckout(context, input);
    const views = await selected(context, connection.api, input);
    const plans = await makePlans(context, connection.api, views, {
      revision: input.text('revision'),
      checks: input.flag('checks'),
    });
    const differences = valuesOf(plans).flatMap(differencesOf);
    if (context.out.format === 'text') {
      context.out.text(differences.map((one) => showDifference(one, context.out.style)).join('\n'));
    } else context.out.list(differenceView, differences);
    const failed = await reportFailures(context, connection.api, plans);
    if (failed !== exitCodes.ok) return failed;
    const changed = valuesOf(plans).some((planSet) => changesOf(planSet).length > 0);
    return changed && input.flag('exitCode') ? exitCodes.changes : exitCodes.ok;
  },
};

const differenceView: View<Difference> = {
  kind: 'Difference',
  name: (item) => `${showSelector(item)}/${item.resource}`,
  columns: [],
};

function differencesOf(planSet: PlanSet): readonly Difference[] {
  return planSet.plans.flatMap((plan) =>
    plan.changes
      .filter((change) => change.action !== 'adopt')
      .map((change) => ({
        application: planSet.application,
        environment: planSet.environment,
        target: plan.target,
        action: change.action,
        resource: showResource(change.id),
        fields: change.diff,
        ifNeeded: change.causeKind === 'if-needed',
      })),
  );
}

function showDifference(one: Difference, style: Style): string {
  const where = `${showSelector(one)} ${style.faint('at')} ${one.target}: ${style.strong(one.resource)}`;
  switch (one.action) {
    case 'create':
      return `${style.good(actionSymbols.create)} ${where} ${style.good('is only in Git')}`;
    case 'delete':
      return `${style.bad(actionSymbols.delete)} ${where} ${style.bad('is only live')}`;
    case 'run':
      return `${style.busy(actionSymbols.run)} ${where} ${style.busy(one.ifNeeded ? 'may have to run' : 'is to run')}`;
    case 'update':
    case 'replace':
    case 'adopt': {
      const fields = one.fields.flatMap((field) => showFieldDiff(field, style, { maxLines: null }));
      return [
        `${style.warn(actionSymbols[one.action])} ${where}`,
        ...fields.map((line) => `    ${line}`),
      ].join('\n');
    }
  }
}
