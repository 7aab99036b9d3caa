import type { Desired } from '../../../model/resource.ts';
import type { KubernetesClient } from '../client/client.ts';
import { fieldConflictsOf } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { fieldValidationOf } from '../manifest/payload.ts';
import { fieldManager } from '../names.ts';
import { findField } from '../object/locate.ts';
import { bodyOf } from '../write/body.ts';

interface OtherVersionInput {
  readonly client: KubernetesClient;
  readonly type: ResourceType;
  readonly desired: Desired;
  readonly live: KubeObject;
  /** What the server would make of the wish. */
  readonly applied: KubeObject;
  readonly signal: AbortSignal | undefined;
}

/**
 * Who keeps a field that a wish would change under the name that another version of the kind has for it; `null`: nobody. Only
 * the server can tell, by a dry run that takes nothing; it is asked only where somebody has written at another version.
 */
export async function holderAtOtherVersion(input: OtherVersionInput): Promise<string | null> {
  const { client, type, desired, live, applied, signal } = input;
  const isElsewhere = (live.metadata.managedFields ?? []).some(
    ({ manager, apiVersion, subresource = '' }) =>
      manager !== fieldManager && apiVersion !== live.apiVersion && subresource === '',
  );
  if (!isElsewhere) return null;
  try {
    await client.apply(type, desired.id, bodyOf(desired, live, null), {
      dryRun: true,
      force: false,
      fieldValidation: fieldValidationOf(desired),
      ...(signal === undefined ? {} : { signal }),
    });
    return null;
  } catch (thrown) {
    const conflicts = fieldConflictsOf(thrown);
    if (conflicts.length === 0) throw thrown;
    const unknown = conflicts.find(({ field }) =>
      [live, applied].every((object) => findField(object, field) === null),
    );
    return unknown?.manager ?? null;
  }
}
