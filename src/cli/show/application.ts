import type { ApplicationDetail } from '../../control/api.ts';
import type { Release } from '../../model/release.ts';
import { showRevision } from '../../model/revision.ts';
import type { Revision, SourceRevision } from '../../model/revision.ts';
import { showAgo, showDuration, showTime } from '../duration.ts';
import { showTable } from '../output.ts';
import { showSelector } from '../selection.ts';
import type { Style } from '../terminal/style.ts';
import { oneLine, visible } from '../terminal/width.ts';
import { showPlan } from './plan.ts';
import { healthCell, syncCell } from './status.ts';
import { releaseView, resourceTable, showEnd } from './views.ts';

export interface DescribeOptions {
  readonly style: Style;
  readonly nowMs: number;
  /** Columns of the terminal; `null` for pipes and files. */
  readonly width: number | null;
  readonly full: boolean;
}

/** Everything about one application in one environment, most important first. */
export function describeApplication(
  detail: ApplicationDetail,
  releases: readonly Release[],
  options: DescribeOptions,
): string {
  const { style } = options;
  return [
    facts(factsOf(detail, options), style),
    section('Blocked by', blockers(detail, style), style),
    section(
      'Warnings',
      detail.warnings.map((one) => `${style.warn('!')} ${oneLine(one)}`),
      style,
    ),
    section(
      'Resources',
      table(showTable(resourceTable, detail.resourceViews, { ...options, wide: false })),
      style,
    ),
    section('Notes', notesOf(detail), style),
    section('Plan', detail.plan === null ? [] : planLines(detail, options), style),
    section(
      'Last releases',
      table(showTable(releaseView(options.nowMs), releases, { ...options, wide: false })),
      style,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What the chart says to who installs it, without what a terminal would take for orders. */
function notesOf({ notes }: ApplicationDetail): readonly string[] {
  return notes === '' ? [] : visible(notes.trim()).split('\n');
}

/** Why it is as healthy as it is, without the status that stands before it already. */
function reasonOf({ health: { status, message } }: ApplicationDetail): string {
  const reason = message.replace(new RegExp(`^${status} (?=because )`), '');
  if (reason === '') return '';
  return reason === message ? `: ${oneLine(message)}` : ` ${oneLine(reason)}`;
}

function factsOf(
  detail: ApplicationDetail,
  options: DescribeOptions,
): readonly (readonly [string, string])[] {
  const { style, nowMs } = options;
  const sync = syncCell(detail.sync, style);
  const health = healthCell(detail.health.status, style);
  const rows: (readonly [string, string])[] = [
    ['Application', style.strong(showSelector(detail))],
    ['State', `${detail.state}: ${oneLine(detail.message)}`],
    ['Sync', sync.paint?.(sync.text) ?? sync.text],
    ['Health', `${health.paint?.(health.text) ?? health.text}${reasonOf(detail)}`],
    ['Live', showWhole(detail.live)],
    ['Wanted', showWhole(detail.revision)],
    ['Targets', detail.targets.join(', ') || '-'],
  ];
  if (detail.project !== '') rows.push(['Project', detail.project]);
  if (detail.hold !== null) {
    const kind =
      detail.hold.revision === null
        ? 'left alone'
        : `stays at ${showRevision(detail.hold.revision)}`;
    const since = `${showTime(detail.hold.atMs)} (${showAgo(detail.hold.atMs, nowMs)})`;
    rows.push([
      'Hold',
      style.warn(
        `${kind} since ${since}, ends ${showEnd(detail.hold, nowMs)}; ${oneLine(detail.hold.by)}: ${oneLine(detail.hold.reason)}`,
      ),
    ]);
  }
  if (detail.error !== null)
    rows.push(['Error', style.bad(`${oneLine(detail.error.message)} (${detail.error.code})`)]);
  if (detail.nextAttemptAtMs !== null)
    rows.push(['Tries again', `in ${showDuration(detail.nextAttemptAtMs - nowMs)}`]);
  return rows;
}

/** The commits of all sources in full. */
export function showWhole(revision: Revision): string {
  if (revision.length === 0) return 'none';
  return revision
    .map((one) => (one.source === '' ? wholeCommit(one) : `${one.source}@${wholeCommit(one)}`))
    .join(', ');
}

/** The commit in full, or what uncommitted changes are on top of. */
function wholeCommit({ commit, worktreeOn }: SourceRevision): string {
  if (worktreeOn === undefined) return commit;
  return worktreeOn === '' ? 'worktree' : `worktree, on top of ${worktreeOn}`;
}

function blockers(detail: ApplicationDetail, style: Style): readonly string[] {
  return detail.blockedBy.flatMap((one) => [
    `${style.bad('✗')} ${style.strong(oneLine(one.what))}: ${oneLine(one.why)}`,
    `  next: ${style.command(oneLine(one.next))}`,
  ]);
}

function planLines(detail: ApplicationDetail, options: DescribeOptions): readonly string[] {
  if (detail.plan === null) return [];
  const waiting = detail.waiting?.digest === detail.plan.digest ? detail.waiting.reason : null;
  return showPlan(detail.plan, { style: options.style, full: options.full, waiting }).split('\n');
}

function table(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

/** Names and values below each other, the values aligned. */
export function facts(rows: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `${style.faint(`${name}:`.padEnd(width))}${value}`).join('\n');
}

/** A heading with indented lines; nothing where there are no lines. */
export function section(title: string, lines: readonly string[], style: Style): string {
  if (lines.length === 0) return '';
  return [style.strong(`${title}:`), ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join(
    '\n',
  );
}
