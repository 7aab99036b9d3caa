import { pastTense } from '../../model/plan.ts';
import type { Action } from '../../model/plan.ts';
import type { JournalStep, Release } from '../../model/release.ts';
import { parseResourceKey, showResource } from '../../model/resource.ts';
import { showAgo, showDuration, showTime } from '../duration.ts';
import { showSelector } from '../selection.ts';
import { hang, oneLine } from '../terminal/width.ts';
import type { DescribeOptions } from './application.ts';
import { facts, inSection, section, showWhole } from './application.ts';
import { showPlan } from './plan.ts';
import { outcomeCell } from './status.ts';

/** Everything about one release: who, why, which plan, every step and how it ended. */
export function describeRelease(release: Release, options: DescribeOptions): string {
  const { style } = options;
  const outcome = outcomeCell(release, style);
  const rows: (readonly [string, string])[] = [
    ['Release', style.strong(release.id)],
    ['Application', showSelector(release)],
    ['Outcome', outcome.paint?.(outcome.text) ?? outcome.text],
    ['Revision', showWhole(release.revision)],
    ['Trigger', release.trigger],
    ['By', oneLine(release.actor)],
    ['Reason', oneLine(release.reason) || '-'],
    [
      'Started',
      `${showTime(release.startedAtMs)} (${showAgo(release.startedAtMs, options.nowMs)})`,
    ],
    [
      'Took',
      release.endedAtMs === null
        ? 'not ended'
        : showDuration(release.endedAtMs - release.startedAtMs),
    ],
  ];
  if (release.attempts !== undefined) {
    const { count, firstAtMs } = release.attempts;
    const since = `${showTime(firstAtMs)} (${showAgo(firstAtMs, options.nowMs)})`;
    rows.push(['Attempts', `${count} since ${since}, of which this is the last`]);
  }
  if (release.error !== null) {
    rows.push(['Error', style.bad(`${oneLine(release.error.message)} (${release.error.code})`)]);
  }
  const width = inSection(options.width);
  return [
    facts(rows, style, options.width),
    section('Plan', [planOf(release, { ...options, width })], style),
    section(
      'Steps',
      release.steps.map((step) => showStep(step, release.startedAtMs, { style, width })),
      style,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a person had to agree to was agreed to, or nothing of it was done. */
function planOf({ plan, actor }: Release, { style, width, full }: DescribeOptions): string {
  return showPlan(plan, { style, width, full, agreed: `by ${oneLine(actor)}` });
}

const marks: Readonly<
  Record<JournalStep['result'], readonly [string, 'good' | 'bad' | 'warn' | 'busy' | 'faint']>
> = {
  started: ['→', 'busy'],
  done: ['✓', 'good'],
  failed: ['✗', 'bad'],
  skipped: ['·', 'faint'],
  unknown: ['?', 'warn'],
};

function showStep(
  step: JournalStep,
  startedAtMs: number,
  { style, width }: Pick<DescribeOptions, 'style' | 'width'>,
): string {
  const [symbol, tone] = marks[step.result];
  const after = style.faint(`+${showDuration(step.startedAtMs - startedAtMs)}`.padEnd(7));
  const resource = showResource(parseResourceKey(step.resource));
  const message = step.message === '' ? '' : style.faint(`: ${oneLine(step.message)}`);
  const took =
    step.endedAtMs === null ? '' : ` in ${showDuration(step.endedAtMs - step.startedAtMs)}`;
  const what = step.result === 'done' ? pastTense[step.action as Action] : step.action;
  const begin = `${style[tone](symbol)} ${after} `;
  return hang(begin, `${what} ${resource} at ${step.target}${took}${message}`, width);
}
