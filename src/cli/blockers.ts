import type { Api, ApplicationView, ConfigProblemView, SourceView } from '../control/api.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { showTable } from './output.ts';
import { showSelector } from './selection.ts';
import { blockerView, showBlocker } from './show/blocker.ts';
import type { Blocker } from './show/blocker.ts';
import { showSource, sourceTroubles } from './show/source.ts';
import { displayWidth } from './terminal/width.ts';

/** Why these applications do not move, most important first for each. One that only takes long says what it does. */
export async function findBlockers(
  api: Api,
  views: readonly ApplicationView[],
): Promise<readonly Blocker[]> {
  const details = await Promise.allSettled(
    views.map(({ application, environment }) => api.application({ application, environment })),
  );
  return details.flatMap((result, at): readonly Blocker[] => {
    const view = views[at];
    if (view === undefined || result.status === 'rejected') return [];
    const application = showSelector(view);
    const blockers = result.value.blockedBy.map((one) => ({ application, ...one }));
    if (blockers.length > 0) return blockers;
    const { state, message } = result.value;
    return [{ application, what: state, why: message, next: `fairlead describe ${application}` }];
  });
}

/** Why sources give no newer commit, for those that `concerns` chooses. No application is to blame for that. */
export function sourceBlockers(
  sources: readonly SourceView[],
  nowMs: number,
  concerns: (source: SourceView) => boolean,
): readonly Blocker[] {
  return sources.filter(concerns).flatMap((source) => {
    const common = { application: '-', what: showSource(source) };
    const troubles = sourceTroubles(source, nowMs);
    return troubles.length > 0
      ? troubles.map(({ why, next }) => ({ ...common, why, next }))
      : [{ ...common, why: 'has not been read yet', next: 'fairlead get sources' }];
  });
}

/** The code of a command for which all went well, where what is live may not be what these sources say; `null`: it is. */
export function exitCodeOfSources(sources: readonly SourceView[]): ExitCode | null {
  const failing = sources.find((source) => source.failing !== null)?.failing ?? null;
  if (failing !== null) return exitCodeOf({ ...failing, class: 'transient' });
  return sources.some(({ held }) => held !== null) ? exitCodes.refused : null;
}

/** What of the configuration is not in force because of an error. */
export function problemBlockers(problems: readonly ConfigProblemView[]): readonly Blocker[] {
  return problems.map(({ file, line, message, hint }) => ({
    application: '-',
    what: `${file}:${line}`,
    why: message,
    next: hint,
  }));
}

/**
 * Writes to stderr what blocks, as a table, or below each other where a terminal is too narrow for whole sentences; nothing
 * where nothing blocks.
 */
export function printBlockers(context: Context, blockers: readonly Blocker[]): void {
  if (blockers.length === 0) return;
  const { progress, style } = context;
  const { width } = progress;
  progress.important('');
  const table = showTable(blockerView, blockers, { wide: false, style, width: null });
  if (width === null || table.split('\n').every((line) => displayWidth(line) <= width)) {
    progress.important(table);
    return;
  }
  for (const one of blockers) {
    const name = one.application === '-' ? '' : `${one.application} `;
    progress.important(showBlocker(one, { style, width }, style.strong(name)));
  }
}
