import type { Api, ApplicationView } from '../control/api.ts';
import type { Context } from './context.ts';
import { showTable } from './output.ts';
import { showSelector } from './selection.ts';
import { blockerView } from './show/views.ts';
import type { Blocker } from './show/views.ts';

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

/** Writes the closing table to stderr; nothing where nothing blocks. */
export function printBlockers(context: Context, blockers: readonly Blocker[]): void {
  if (blockers.length === 0) return;
  const { stderr } = context.io;
  const width = stderr.isTTY === true ? (stderr.columns ?? 80) : null;
  context.progress.important('');
  context.progress.important(
    showTable(blockerView, blockers, { wide: false, style: context.style, width }),
  );
}
