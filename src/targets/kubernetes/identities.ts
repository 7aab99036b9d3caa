import type { ProjectConfig } from '../../model/config.ts';
import { inventoryKey } from '../../model/inventory.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import type { KubernetesClient } from './client/client.ts';

/** Under whose name each application acts: its project may impersonate somebody with fewer rights. */
export class Identities {
  readonly #client: KubernetesClient;
  readonly #known = new Map<string, { readonly text: string; readonly client: KubernetesClient }>();
  readonly #names = new Map<string, string>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** What the configuration says now; learned whenever the application is prepared. */
  learn(key: InventoryKey, project: ProjectConfig | null): void {
    const name = inventoryKey(key);
    const identity = project?.impersonate;
    if (identity === undefined) {
      this.#names.delete(name);
      return;
    }
    const text = JSON.stringify([identity.user, ...identity.groups]);
    if (!this.#known.has(text)) this.#known.set(text, { text, client: this.#client.as(identity) });
    this.#names.set(name, text);
  }

  clientFor(key: InventoryKey): KubernetesClient {
    const text = this.#names.get(inventoryKey(key));
    return (text === undefined ? undefined : this.#known.get(text)?.client) ?? this.#client;
  }
}
