import type { InventoryKey } from '../../../src/model/inventory.ts';
import type { Release } from '../../../src/model/release.ts';
import type { Place, Thing } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';

/** One thing that happened at a target by a controller's hand. */
export interface SeenEffect {
  readonly controller: Controller;
  readonly process: string;
  readonly place: Place;
  readonly key: InventoryKey;
  /** `application@environment`. */
  readonly name: string;
  readonly at: string;
  readonly before: Thing | null;
  /** `null`: it is gone. */
  readonly after: Thing | null;
  /** The recorded release that it belongs to. */
  readonly release: Release;
}

export function describeEffect({
  process,
  after,
  before,
  at,
  place,
  name,
  release,
}: SeenEffect): string {
  const what = after === null ? 'removed' : before === null ? 'made' : 'changed';
  return `${process} ${what} ${at} at ${place.name} for ${name} in release ${release.id} (${release.trigger})`;
}
