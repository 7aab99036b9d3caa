import type { Json, JsonObject } from '../../../model/json.ts';
import { at, countAt, flagAt, numberAt, textAt } from '../object.ts';
import { count } from '../verdict.ts';

/** What keeps a container from starting, or `null`. `named`: the pod has several, so say which. */
export function waitingOf(
  container: JsonObject,
  named: boolean,
): { readonly why: string; readonly broken: boolean } | null {
  const waiting = at(container, 'state', 'waiting');
  const reason = textAt(waiting, 'reason');
  if (!isBroken(reason)) return null;
  const message = textAt(waiting, 'message');
  const image = textAt(container, 'image');
  const who = named ? `container ${textAt(container, 'name')} ` : '';
  switch (reason) {
    case 'ImagePullBackOff':
    case 'ErrImagePull':
    case 'ErrImageNeverPull':
    case 'RegistryUnavailable':
      return {
        why: `${who}cannot pull image ${image} (${reason})${message && `: ${message}`}`,
        broken: true,
      };
    case 'InvalidImageName':
      return {
        why: `${who}has an image name that is not valid (${reason}): ${image}`,
        broken: true,
      };
    case 'CrashLoopBackOff':
      return { why: `${who}keeps crashing${lastEnd(container, reason)}`, broken: true };
    default:
      return { why: `${who}cannot start: ${reason}${message && `: ${message}`}`, broken: true };
  }
}

function isBroken(reason: string): boolean {
  return (
    reason.startsWith('Err') ||
    reason.endsWith('Error') ||
    reason.endsWith('BackOff') ||
    ['InvalidImageName', 'RegistryUnavailable', 'ContainerCannotRun'].includes(reason)
  );
}

/** A container that ended and was started again, with how it ended; `null` if it never did or is ready. */
export function restartOf(container: JsonObject, named: boolean): string | null {
  if (flagAt(container, 'ready') || at(container, 'lastState', 'terminated') === undefined)
    return null;
  const who = named ? `container ${textAt(container, 'name')} ` : '';
  return `${who}was restarted and is not ready again${lastEnd(container)}`;
}

/** A container that runs but is not ready. */
export function notReadyOf(container: JsonObject, named: boolean): string | null {
  if (flagAt(container, 'ready') || at(container, 'state', 'running') === undefined) return null;
  if (at(container, 'started') === false)
    return named ? `container ${textAt(container, 'name')} is starting` : 'is starting';
  return named ? `container ${textAt(container, 'name')} is not ready yet` : 'is not ready yet';
}

/** How a container that is over failed; `null` if it did not. */
export function failureOf(container: JsonObject, named: boolean): string | null {
  const ended = at(container, 'state', 'terminated');
  if (ended === undefined || numberAt(ended, 'exitCode') === 0) return null;
  return `${named ? `container ${textAt(container, 'name')} ` : ''}${endOf(ended)}`;
}

function lastEnd(container: JsonObject, reason = ''): string {
  const restarts = countAt(container, 'restartCount');
  const facts = [reason, restarts > 0 ? count(restarts, 'restart') : ''].filter(Boolean);
  const times = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  const ended = at(container, 'lastState', 'terminated') ?? at(container, 'state', 'terminated');
  return ended === undefined ? times : `${times}: last time it ${endOf(ended)}`;
}

function endOf(terminated: Json): string {
  const reason = textAt(terminated, 'reason');
  if (reason === 'OOMKilled') return 'ran out of memory (OOMKilled)';
  const message = textAt(terminated, 'message');
  const signal = numberAt(terminated, 'signal');
  const code = countAt(terminated, 'exitCode');
  const how = signal === null ? `ended with code ${code}` : `was ended by signal ${signal}`;
  const plain = reason === '' || reason === 'Error' || reason === 'Completed';
  return `${how}${plain ? '' : ` (${reason})`}${message && `: ${message}`}`;
}
