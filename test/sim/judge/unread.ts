import type { World } from '../run/world.ts';
import { holdOf, inventoryOf } from '../place/ledger.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { isBroken } from './truth.ts';
import type { Rule } from './violation.ts';

/**
 * Of a commit that says nothing that can be used about how an application is set up nothing goes live by itself: it may say that a
 * person is asked. Who was sent there by a person stays there.
 */
export function checkUnread(
  { repository }: World,
  effect: SeenEffect,
  report: (rule: Rule, message: string) => void,
): void {
  const { place, name, key, release } = effect;
  const commit = repository.find(release.revision[0]?.commit ?? '');
  if (commit === null || !isBroken(commit.model, key.application)) return;
  const isSent =
    release.trigger === 'rollback' ||
    holdOf(place, key)?.revision?.[0]?.commit === commit.id ||
    inventoryOf(place, name)?.revision[0]?.commit === commit.id;
  if (!isSent)
    report(
      'not-approved',
      `${describeEffect(effect)}: what commit ${commit.id.slice(0, 8)} says of ${name} has a mistake`,
    );
}
