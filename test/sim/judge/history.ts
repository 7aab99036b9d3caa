import type { FairleadEvent } from '../../../src/model/event.ts';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { Controller } from '../run/controller.ts';
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

/** Every release was told of when it began, and ended in the record, also where the store failed for a while. */
export function checkTold(
  { state, engine }: Controller,
  report: (rule: Rule, message: string) => void,
): void {
  const told = new Set<string | null>();
  for (const text of state.store.events) {
    const { type, release } = JSON.parse(text) as FairleadEvent;
    if (type === 'release.started') told.add(release);
  }
  const untold = releasesIn(state.store, { limit: Infinity }).find(({ id }) => !told.has(id));
  if (untold !== undefined)
    report('untold', `release ${untold.id} is recorded, and no event tells of it`);
  // What is tried again from time to time may be at it right now.
  const running = releasesIn(state.store, { outcome: 'running' }).find(
    (release) => engine?.queue.isBusy(inventoryKey(release)) !== true,
  );
  if (running !== undefined)
    report('untold', `release ${running.id} of ${running.application} ended, and is still running`);
}
