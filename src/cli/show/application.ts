import type { ApplicationDetail } from '../../control/api.ts';
import type { Release } from '../../model/release.ts';
import { showRevision } from '../../model/revision.ts';
import type { Revision, SourceRevision } from '../../model/revision.ts';
import { showAgo, showDuration, showTime } from '../duration.ts';
import { showTable } from '../output.ts';
import { showSelector } from '../selection.ts';
import type { Style } from '../terminal/style.ts';
import { hang, oneLine, visible } from '../terminal/width.ts';
import { showAway } from './away.ts';
import { showBlocker } from './blocker.ts';
import { showPlan } from './plan.ts';
import { healthCell, syncCell } from './status.ts';
import { releaseView, resourceTable, showEnd } from './views.ts';

/** How `describe` shows it; `full`: text differences are not cut. */
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
  const inner = { ...options, width: inSection(options.width), wide: false };
  return [
    facts(factsOf(detail, options), style, options.width),
    section('Blocked by', blockers(detail, inner), style),
    section(
      'Warnings',
      detail.warnings.map((one) => hang(`${style.warn('!')} `, oneLine(one), inner.width)),
      style,
    ),
    section('Resources', [showTable(resourceTable, detail.resourceViews, inner)], style),
    section('Notes', notesOf(detail), style),
    section('Plan', detail.plan === null ? [] : [planOf(detail, inner)], style),
    section('Last releases', [showTable(releaseView(options.nowMs), releases, inner)], style),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What the chart says to who installs it, without what a terminal would take for orders. */
function notesOf({ notes }: ApplicationDetail): readonly string[] {
  return [visible(notes.trim())];
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
    ...(detail.away ?? []).map((one): [string, string] => [
      'Away',
      style.bad(oneLine(`${one.target}: ${showAway(one, nowMs)}`)),
    ]),
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
  if (detail.nextAttemptAtMs !== null && detail.nextAttemptAtMs > nowMs)
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

function blockers(
  detail: ApplicationDetail,
  options: Pick<DescribeOptions, 'style' | 'width'>,
): readonly string[] {
  return detail.blockedBy.map((one) => showBlocker(one, options));
}

function planOf(detail: ApplicationDetail, { style, width, full }: DescribeOptions): string {
  if (detail.plan === null) return '';
  const waiting = detail.waiting?.digest === detail.plan.digest ? detail.waiting.reason : null;
  return showPlan(detail.plan, { style, width, full, waiting });
}

/** Names and values below each other, the values aligned. */
export function facts(
  rows: readonly (readonly [string, string])[],
  style: Style,
  width: number | null,
): string {
  const widest = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .map(([name, value]) => hang(style.faint(`${name}:`.padEnd(widest)), value, width))
    .join('\n');
}

/** A heading with indented lines; nothing where there are none. */
export function section(title: string, parts: readonly string[], style: Style): string {
  const lines = parts.filter((part) => part !== '').flatMap((part) => part.split('\n'));
  if (lines.length === 0) return '';
  return [style.strong(`${title}:`), ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join(
    '\n',
  );
}

/** Columns that a line of a section has. */
export function inSection(width: number | null): number | null {
  return width === null ? null : width - 2;
}
