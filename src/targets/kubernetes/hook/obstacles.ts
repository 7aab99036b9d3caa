import type { InventoryKey } from '../../../model/inventory.ts';
import { resourceKey } from '../../../model/resource.ts';
import type { Desired, InTheWay, ResourceKey } from '../../../model/resource.ts';
import type { Reference } from '../../target.ts';
import { payloadOf } from '../manifest/payload.ts';
import { momentOf } from './hook.ts';
import { findInTheWay } from './in-the-way.ts';
import type { LookWith } from './in-the-way.ts';

/**
 * Asks what has the names of hooks. Of one that may run at any time, when a release fails, it is asked until nothing is
 * there: a look at what is at rest sends no request, and the hook itself looks again before it runs.
 */
export class Obstacles {
  readonly #tools: LookWith;
  readonly #free = new Set<ResourceKey>();

  constructor(tools: LookWith) {
    this.#tools = tools;
  }

  async find(
    key: InventoryKey,
    reference: Pick<Reference, 'recorded'>,
    desired: Desired,
    signal: AbortSignal | undefined,
  ): Promise<InTheWay | null> {
    const { hook } = payloadOf(desired);
    const waits = hook !== null && momentOf(hook) === 'failure';
    const name = resourceKey(desired.id);
    if (waits && this.#free.has(name)) return null;
    const found = await findInTheWay(this.#tools, key, reference, desired, signal);
    if (waits && found === null) this.#free.add(name);
    return found;
  }
}
