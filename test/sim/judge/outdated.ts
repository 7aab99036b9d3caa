import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import type { Rule } from './violation.ts';

/**
 * Whose history does not know the release that is live has an older state folder than that, and an older commit in its mirror:
 * it touches nothing before Git has answered, unless a person lets it.
 */
export function checkOutdated(
  { judge }: World,
  book: Book,
  effect: SeenEffect,
  report: (rule: Rule, message: string) => void,
): void {
  const { controller, process, place, name, release } = effect;
  if (judge.hasRead.has(process) || judge.activated.has(process)) return;
  const live = book.inventoryBefore(place, name, release.id)?.release ?? null;
  if (live === null || controller.state.store.releases.has(live)) return;
  report(
    'stale-revision',
    `${describeEffect(effect)}: its history does not know ${live}, which is live, and Git has not answered`,
  );
}
