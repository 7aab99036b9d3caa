import type { World } from '../run/world.ts';
import { holdOf, inventoryOf } from '../place/ledger.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import type { Rule } from './violation.ts';

/**
 * Of a commit that has an application ask a person, in a document with a mistake, nothing goes live by itself. Who was sent there
 * by a person stays there, and what is in force may ask one, too.
 */
export function checkUnread(
  { repository }: World,
  effect: SeenEffect,
  report: (rule: Rule, message: string) => void,
): void {
  const { place, name, key, release } = effect;
  const commit = repository.find(release.revision[0]?.commit ?? '');
  const fault = commit?.model.configFault;
  if (commit === null || fault?.kind !== 'document' || fault.application !== key.application)
    return;
  const said = commit.model.applications.find(({ name: one }) => one === key.application);
  if (said === undefined || said.settings.sync === null || said.settings.sync === 'auto') return;
  const isSent =
    ['rollback', 'approval', 'manual'].includes(release.trigger) ||
    holdOf(place, key)?.revision?.[0]?.commit === commit.id ||
    inventoryOf(place, name)?.revision[0]?.commit === commit.id;
  if (!isSent)
    report(
      'not-approved',
      `${describeEffect(effect)}: what commit ${commit.id.slice(0, 8)} says of ${name} has a mistake`,
    );
}
