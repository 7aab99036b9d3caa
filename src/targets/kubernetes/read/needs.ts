import type { InventoryKey } from '../../../model/inventory.ts';
import type { Observation } from '../../../model/resource.ts';
import type { Reference } from '../../target.ts';
import { payloadOf } from '../manifest/payload.ts';
import { namespaceType } from '../names.ts';
import { namespaceId } from '../write/namespace.ts';
import type { ReadWith } from './read.ts';

/** The longest time that a list of names is believed. */
const existenceMs = 5_000;

/**
 * Says of what is not there that its namespace is not there either, and will be made. Where that cannot be seen it is not said;
 * then it is not made either.
 */
export async function withNeeds(
  tools: Pick<ReadWith, 'existence' | 'clientFor' | 'outage'>,
  key: InventoryKey,
  references: readonly Reference[],
  observations: readonly Observation[],
  signal: AbortSignal | undefined,
): Promise<readonly Observation[]> {
  const isThere = new Map<string, Promise<boolean>>();
  const look = async (name: string): Promise<boolean> => {
    const id = namespaceId(name);
    try {
      return await tools.existence.has(namespaceType, id, existenceMs);
    } catch {
      // Who may not list namespaces may often look at one.
      const options = signal === undefined ? {} : { signal };
      return tools
        .clientFor(key)
        .get(namespaceType, id, options)
        .then(
          (found) => found !== null,
          () => true,
        );
    }
  };
  return await Promise.all(
    observations.map(async (observation, at): Promise<Observation> => {
      const { id, desired = null } = references[at] ?? {};
      if (observation.kind !== 'absent' || desired === null || !id?.namespace) return observation;
      if (!payloadOf(desired).options.createNamespace) return observation;
      const { namespace } = id;
      const known = isThere.get(namespace) ?? look(namespace);
      isThere.set(namespace, known);
      if (await known) return observation;
      const why =
        'not there, and CreateNamespace=true; it belongs to no application and is never removed';
      return { ...observation, needs: { id: namespaceId(namespace), why } };
    }),
  );
}
