import type { InventoryKey } from '../../../model/inventory.ts';
import type { ResourceKey } from '../../../model/resource.ts';
import type { Ledger } from '../../target.ts';

/** Who owns an object at this cluster. */
export interface Owner {
  readonly key: InventoryKey;
  readonly applicationUid: string;
  /** Of what it owns: who may have it, see `InventoryEntry.givenTo`. Default: nobody. */
  readonly given?: ReadonlyMap<string, string>;
}

/** The ledger, and what the target itself needs of it. */
export interface KubernetesLedger extends Ledger {
  /** The application whose inventory holds this object (`resourceKey`), `null` for none. */
  owner(resource: ResourceKey): Promise<Owner | null>;
  /** Called when somebody else set or ended a hold, or wrote an inventory. Returns the end of it. */
  onForeignWrite(listener: (what: 'hold' | 'inventory', key: InventoryKey) => void): () => void;
  close(): Promise<void>;
}
