import type { Hasher } from '../../../model/digest.ts';
import type { Desired, Observation } from '../../../model/resource.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import type { Recorded, Reference } from '../../target.ts';
import { payloadOf } from '../manifest/payload.ts';
import type { Hook } from './hook.ts';

/** Stands for the UID of a hook that had no reason to run. */
const notRun = 'not-run';

/**
 * Whether a hook is due: `absent`, as something that is to be made. What ran for the same wish counts as there, whatever
 * has become of its object.
 * @param isInstalled whether anything else of the application is there already
 */
export function readHook(
  hash: Hasher,
  reference: Reference,
  desired: Desired,
  isInstalled: boolean,
): Observation {
  const { recorded = null, id } = reference;
  const ran = recorded?.uid != null && recorded.digest === fieldsDigest(hash, desired.fields);
  const { hook } = payloadOf(desired);
  if (!ran && isMeant(hook?.only ?? null, recorded, isInstalled)) return { kind: 'absent' };
  return {
    kind: 'present',
    live: {
      id,
      uid: recorded?.uid ?? notRun,
      fields: desired.fields,
      texts: {},
      status: { health: 'Healthy', message: ran ? 'has run' : 'is not for this release' },
    },
  };
}

function isMeant(only: Hook['only'], recorded: Recorded | null, isInstalled: boolean): boolean {
  switch (only) {
    case null:
      return true;
    case 'install':
      // Announced by a first release that did not get to it, it is still due.
      return recorded === null ? !isInstalled : recorded.uid === null;
    case 'upgrade':
      return isInstalled || recorded?.uid != null;
  }
}
