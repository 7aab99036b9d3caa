import { errorRecord } from '../../../model/error.ts';
import type { ErrorRecord } from '../../../model/error.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { Desired, InTheWay, ResourceId } from '../../../model/resource.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import type { Reference } from '../../target.ts';
import type { KubeObject } from '../client/object.ts';
import { hookNameTaken } from '../errors.ts';
import type { KubernetesLedger } from '../ledger/ledger.ts';
import { managedLabel } from '../names.ts';
import { text } from '../object/reading.ts';
import type { ReadWith } from '../read/read.ts';
import { outcomeOf } from './outcome.ts';
import { argoHook, helmHook } from './parse.ts';
import { isOwnRun } from './run-id.ts';

/** What looking takes; `ledger` says whose an object is. */
export type LookWith = Pick<ReadWith, 'hash' | 'outage' | 'clientFor' | 'typeOf'> & {
  readonly ledger: Pick<KubernetesLedger, 'owner'>;
};

/**
 * What has the name of a hook and is no run of it. What a hook of another tool has left goes, as it would have there before
 * the next run (`BeforeHookCreation` is the default of Argo CD and of Helm), once a person has agreed. What still runs is
 * waited for, and what is no hook stays.
 * @throws FairleadError where the cluster does not tell
 */
export async function findInTheWay(
  { hash, outage, clientFor, typeOf, ledger }: LookWith,
  key: InventoryKey,
  { recorded = null }: Pick<Reference, 'recorded'>,
  desired: Desired,
  signal: AbortSignal | undefined,
): Promise<InTheWay | null> {
  const { id, fields } = desired;
  const type = await typeOf(id, text(fields['apiVersion']));
  if (type === null) return null;
  const options = signal === undefined ? {} : { signal };
  const object = await outage.ask(() => clientFor(key).get(type, id, options));
  // One that is going is waited for when the hook is to run.
  if (object === null || object.metadata.deletionTimestamp !== undefined) return null;
  const owner = await ledger.owner(resourceKey(id));
  const isOwned =
    recorded !== null || (owner !== null && inventoryKey(owner.key) === inventoryKey(key));
  if (isOwnRun(object, fieldsDigest(hash, fields), isOwned)) return null;
  const maker = makerOf(object);
  const words = maker === null ? 'which is no hook' : `left by a hook of ${maker}`;
  const refused = refusalOf(id, object, maker);
  return { uid: object.metadata.uid, words, ...(refused && { refused }) };
}

function refusalOf(id: ResourceId, object: KubeObject, maker: string | null): ErrorRecord | null {
  const resource = showResource(id);
  if (maker === null) {
    const message = `${resource} is already there and is no hook, so it is not deleted for the hook of that name`;
    return errorRecord(hookNameTaken({ message, resource }));
  }
  if (outcomeOf(object) !== null) return null;
  const message = `${resource} is already there, a hook of ${maker} that has not ended; the hook of that name waits for it`;
  const hint =
    'Wait for its end, or delete it, if nobody needs it; it is looked at again by itself.';
  return errorRecord(hookNameTaken({ message, resource, hint }));
}

/** Whose hook it is; `null`: it is none. */
function makerOf({ metadata }: KubeObject): string | null {
  const { annotations = {}, labels = {}, managedFields = [] } = metadata;
  const isArgo = annotations[argoHook] !== undefined;
  if (!isArgo && annotations[helmHook] === undefined) return null;
  if (labels[managedLabel] === 'true') {
    const [application = '?', environment = '?'] = ['application', 'environment'].map(
      (name) => labels[`fairlead.dev/${name}`],
    );
    return `Fairlead's ${application}@${environment} that no record tells of`;
  }
  const managers = managedFields.map(({ manager }) => manager);
  const isBy = (name: string): boolean => managers.some((manager) => manager.startsWith(name));
  if (isBy('argocd') || annotations['argocd.argoproj.io/tracking-id'] !== undefined || isArgo)
    return 'Argo CD';
  return isBy('helm-controller') ? "Flux's Helm" : 'Helm';
}
