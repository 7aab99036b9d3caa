import type { Inventory } from '../../model/inventory.ts';
import { letAct } from '../read-only.ts';
import type { EngineOptions } from '../ports.ts';

/**
 * Why an inventory of this very application is not ours to act on until a person has said so: another installation
 * wrote it (the state was lost, or two controllers claim the same), or it came from another repository (two teams chose
 * the same name). `null`: it is ours.
 */
export function foreignReason(
  inventory: Inventory,
  options: Pick<EngineOptions, 'installation' | 'repository'>,
): string | null {
  if (inventory.installation !== options.installation) {
    return `what is live was released by another installation; ${letAct}`;
  }
  if (inventory.repository !== options.repository.url) {
    return `what is live was released from another repository, ${inventory.repository}; ${letAct}`;
  }
  return null;
}
