import { shortDigest } from '../../model/digest.ts';
import type { Action, Change, Plan, PlanSet, Prerequisite } from '../../model/plan.ts';
import { showResource } from '../../model/resource.ts';
import { nameRevision, showRevision, showSourceRevision } from '../../model/revision.ts';
import type { Style } from '../terminal/style.ts';
import { displayWidth, hang, oneLine } from '../terminal/width.ts';
import { changesOf, showCounts } from './counts.ts';
import { foldedLines, showFieldDiff } from './field-diff.ts';
import { showSource } from './source.ts';

interface ShowPlanOptions {
  readonly style: Style;
  /** Columns of the terminal that sentences are broken for. Default: they are left whole. */
  readonly width?: number | null | undefined;
  /** Show text differences whole. Default: fold them after 40 lines. */
  readonly full?: boolean | undefined;
  /** Leave the fields out: one line for each change. */
  readonly brief?: boolean | undefined;
  /** Why the plan waits for a person, when that is known. */
  readonly waiting?: string | null | undefined;
  /** How the plan was agreed to already ("with --yes", "by ada"). Default: nobody has. */
  readonly agreed?: string | undefined;
}

/** `ShowPlanOptions.agreed` of a plan that whoever gave the command has agreed to with it. */
export const withYes = 'with --yes';

/** How each action looks, the same wherever plans are shown. */
export const actionSymbols: Readonly<Record<Action, string>> = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  adopt: '=',
  run: '>',
};

/** The plan of one application in one environment, as people read it; without a final line end. */
export function showPlan(planSet: PlanSet, options: ShowPlanOptions): string {
  const { style, width = null } = options;
  const name = `${planSet.application}@${planSet.environment}`;
  const lines: string[] = [];
  for (const plan of planSet.plans) {
    lines.push(
      `${style.strong(name)}  ${style.faint('Git →')} ${style.strong(plan.target)}  ${style.faint(showPlanned(plan))}`,
      ...showChanges(plan, options),
      ...plan.warnings.map((warning) =>
        hang('  ', style.warn(`warning: ${oneLine(warning)}`), width, '    '),
      ),
      '',
    );
  }
  if (planSet.plans.length === 0) lines.push(style.strong(name), '');
  lines.push(...showGuards(planSet, options));
  lines.push(hang(`${style.strong('Plan:')} `, showCounts(planSet.plans), width));
  if (changesOf(planSet).length > 0) {
    const digest = `Digest: ${planSet.digest}`;
    const isWide = width !== null && displayWidth(digest) > width;
    lines.push(style.faint(isWide ? digest.replace(' ', '\n  ') : digest));
  }
  if (planSet.unasked === true) {
    lines.push(
      style.warn('Made without checks: with them the changes and the digest may be others.'),
    );
  }
  return lines.join('\n');
}

/** `revision 1a2b3c4d`, or `worktree, on top of 1a2b3c4d`; with what it takes of other sources: `, values 5e6f7a8b`. */
function showPlanned({ revision }: Plan): string {
  const own =
    revision[0]?.worktreeOn === undefined
      ? `revision ${showRevision(revision)}`
      : nameRevision(revision).replace(/^the /, '');
  const others = revision
    .slice(1)
    .map(({ source, ...state }) => `${showSource({ name: source })} ${showSourceRevision(state)}`);
  return [own, ...others].join(', ');
}

function showChanges(plan: Plan, options: ShowPlanOptions): readonly string[] {
  const { style, width = null } = options;
  if (plan.changes.length === 0) return [style.faint('  no changes')];
  const all = [
    ...(plan.prerequisites ?? []).map(asChange),
    ...plan.changes,
    ...(plan.onFailure ?? []),
  ];
  const action = Math.max(...all.map((change) => verbOf(change).length));
  const resource = Math.max(...all.map((change) => displayWidth(showResource(change.id))));
  return all.flatMap((change) => {
    const shown = showResource(change.id);
    const padding = ' '.repeat(Math.max(0, resource - displayWidth(shown)));
    const paint = painter(change.action, style);
    const head = `  ${paint(`${symbolOf(change)} ${verbOf(change).padEnd(action)}`)}  ${shown}${padding}`;
    return [
      hang(`${head}  `, `${style.faint(oneLine(change.cause))}${note(change, style)}`, width),
      ...showFields(change, options),
    ];
  });
}

/** It is made as what is asked for is. */
function asChange({ id, cause, digest }: Prerequisite): Change {
  return {
    action: 'create',
    id,
    cause,
    causeKind: 'source',
    wave: 0,
    rank: 0,
    locator: {},
    diff: [],
    uid: null,
    irreversible: false,
    digest,
  };
}

/** What becomes of it, in a word: what is given up does not run. */
function verbOf({ action, leftOut }: Change): string {
  return leftOut === true ? 'skip' : action;
}

function symbolOf({ action, leftOut }: Change): string {
  return leftOut === true ? '·' : actionSymbols[action];
}

function note(change: Change, style: Style): string {
  return change.irreversible ? `  ${style.warn('cannot be undone')}` : '';
}

function showFields(change: Change, options: ShowPlanOptions): readonly string[] {
  if (options.brief === true) return [];
  const maxLines = options.full === true ? null : foldedLines;
  return change.diff.flatMap((field) =>
    showFieldDiff(field, options.style, { maxLines }).map((line) => `      ${line}`),
  );
}

/** What a person must agree to, and the exact command that says so. */
function showGuards(planSet: PlanSet, options: ShowPlanOptions): readonly string[] {
  const { style, width = null } = options;
  const guards = planSet.plans.flatMap((plan) => plan.guards);
  const reasons = guards.map((guard) => guard.message);
  if (reasons.length === 0 && options.waiting != null) reasons.push(options.waiting);
  if (reasons.length === 0) return [];
  const begin = `${style.warn('!')}   `;
  const lines = reasons.map((reason) => hang(begin, oneLine(reason), width, begin));
  if (options.agreed !== undefined) {
    return [style.warn(style.strong(`! Agreed to ${options.agreed}:`)), ...lines, ''];
  }
  return [
    style.warn(style.strong('! A person has to agree to this plan:')),
    ...lines,
    planSet.unasked === true
      ? `${style.warn('!')} Agree to a plan that was made with checks.`
      : `${style.warn('!')} Agree with: ${style.command(approveCommand(planSet))}`,
    '',
  ];
}

/** The command that agrees to exactly this plan. */
export function approveCommand(planSet: PlanSet): string {
  return `fairlead approve ${shortDigest(planSet.digest)}`;
}

function painter(action: Action, style: Style): (text: string) => string {
  switch (action) {
    case 'create':
      return style.good;
    case 'update':
    case 'replace':
      return style.warn;
    case 'delete':
      return style.bad;
    case 'adopt':
    case 'run':
      return style.busy;
  }
}
