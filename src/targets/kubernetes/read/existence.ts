import type { Clock } from '../../../system/clock.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { ObjectName } from '../client/object.ts';
import { apiVersionOf } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';

interface Listed {
  readonly atMs: number;
  readonly names: Promise<Set<string>>;
}

/**
 * Whether something of a name is there at all, whoever made it: watching knows of what is labelled as ours alone. One list of
 * names for each kind and namespace is shared by all applications that ask within a few seconds.
 */
export class Existence {
  readonly #client: KubernetesClient;
  readonly #clock: Clock;
  readonly #lists = new Map<string, Listed>();

  constructor(client: KubernetesClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @throws FairleadError where it cannot be listed: that is not "absent". */
  async has(type: ResourceType, at: ObjectName, maxAgeMs: number): Promise<boolean> {
    const place = placeOf(type, at.namespace);
    const nowMs = this.#clock.monotonicMs();
    let listed = this.#lists.get(place);
    if (listed === undefined || nowMs - listed.atMs > maxAgeMs) {
      const names = this.#list(type, at.namespace);
      listed = { atMs: nowMs, names };
      this.#lists.set(place, listed);
      names.catch(() => this.#lists.delete(place));
    }
    return (await listed.names).has(at.name);
  }

  /** What we have just made or removed ourselves. */
  async note(type: ResourceType, at: ObjectName, isThere: boolean): Promise<void> {
    const names = await this.#lists.get(placeOf(type, at.namespace))?.names.catch(() => null);
    if (isThere) names?.add(at.name);
    else names?.delete(at.name);
  }

  async #list(type: ResourceType, namespace: string): Promise<Set<string>> {
    const names = new Set<string>();
    const options = { metadataOnly: true, ...(namespace === '' ? {} : { namespace }) };
    for await (const page of this.#client.pages(type, options))
      for (const { metadata } of page.items) names.add(metadata.name);
    return names;
  }
}

function placeOf(type: ResourceType, namespace: string): string {
  return `${apiVersionOf(type)}/${type.plural}/${namespace}`;
}
