import { releasesIn } from '../world/store.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import type { Rule } from './violation.ts';

/** Nobody goes on while a release of a process that is no more is recorded as running. */
export function checkHistory(
  book: Book,
  effect: SeenEffect,
  report: (rule: Rule, message: string) => void,
): void {
  const { controller, key, process } = effect;
  for (const { id } of releasesIn(controller.state.store, { ...key, outcome: 'running' })) {
    const by = book.announcedBy(id);
    const isOwn = by?.startsWith(controller.name) === true;
    if (isOwn && by !== process)
      report(
        'unrecorded-effect',
        `${describeEffect(effect)}, while ${id} of ${by} is left running`,
      );
  }
}
