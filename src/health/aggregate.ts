import { healthOrder } from '../model/status.ts';
import type { Health } from '../model/status.ts';

/** A resource's name and its health. */
export interface NamedHealth {
  readonly name: string;
  readonly health: Health;
}

/**
 * An application is as healthy as its worst resource; the sentence names that resource and counts the others
 * that are no better.
 */
export function aggregateHealth(members: readonly NamedHealth[]): Health {
  let worst: NamedHealth | null = null;
  let alike = 0;
  for (const member of members) {
    const difference = worst === null ? 1 : rank(member.health) - rank(worst.health);
    if (difference > 0) {
      worst = member;
      alike = 0;
    } else if (difference === 0) alike += 1;
  }
  if (worst === null) return { status: 'Healthy', message: 'nothing to run' };
  if (worst.health.status === 'Healthy')
    return {
      status: 'Healthy',
      message:
        members.length === 1 ? '1 resource healthy' : `all ${members.length} resources healthy`,
    };
  const more = alike === 0 ? '' : ` (and ${alike} more)`;
  return {
    status: worst.health.status,
    message: `${worst.health.status} because ${worst.name}: ${worst.health.message}${more}`,
  };
}

function rank(health: Health): number {
  return healthOrder.indexOf(health.status);
}
