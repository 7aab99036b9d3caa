import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import type { ApiClient } from '../client/api-client.ts';
import { apiVersionOf } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Informer, InformerEvent, Informers, InformersOptions } from './informers.ts';
import { KindStore } from './kind-store.ts';

interface InformersDependencies {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
}

/** See `Informers`. */
export function createInformers<Extra>(
  options: InformersOptions<Extra> & InformersDependencies,
): Informers<Extra> {
  const used = new Map<string, { readonly store: KindStore<Extra>; count: number }>();
  const listeners = new Set<(event: InformerEvent<Extra>) => void>();
  const closing = new Set<Promise<void>>();
  const tell = (event: InformerEvent<Extra>): void => {
    for (const listener of listeners) listener(event);
  };
  const end = (store: KindStore<Extra>): void => {
    const ended = store.close().finally(() => closing.delete(ended));
    closing.add(ended);
  };
  return {
    use: (type): Informer<Extra> => {
      const name = nameOf(type);
      const known = used.get(name) ?? {
        store: new KindStore({ ...options, type, tell }),
        count: 0,
      };
      known.count += 1;
      used.set(name, known);
      return known.store;
    },
    release: (type) => {
      const known = used.get(nameOf(type));
      if (known === undefined) return;
      known.count -= 1;
      if (known.count > 0) return;
      used.delete(nameOf(type));
      end(known.store);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      for (const { store } of used.values()) end(store);
      used.clear();
      await Promise.all(closing);
    },
  };
}

function nameOf(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}
