import type { Json, JsonObject } from '../../../model/json.ts';
import { at, groupOf, textAt } from '../object.ts';

/**
 * What the newest warning says about something, as `FailedMount: MountVolume.SetUp failed …`; `null` if there is none.
 * Some reasons are told in no status: a volume that cannot be mounted, a pod that may not be made.
 * @param concerns whether a warning is about what is asked for, by its `involvedObject`
 */
export function warningAbout(
  known: readonly JsonObject[],
  concerns: (about: Json | undefined) => boolean,
): string | null {
  let newest: JsonObject | null = null;
  for (const event of known) {
    if (textAt(event, 'kind') !== 'Event' || groupOf(event) !== '') continue;
    const about = at(event, 'involvedObject');
    if (textAt(event, 'type') !== 'Warning' || !concerns(about)) continue;
    // Times of the API server are RFC 3339 in UTC, so they order as text.
    if (newest === null || timeOf(event) > timeOf(newest)) newest = event;
  }
  if (newest === null) return null;
  const [reason, message] = [textAt(newest, 'reason'), textAt(newest, 'message')];
  return [reason, message].filter((part) => part !== '').join(': ') || null;
}

function timeOf(event: JsonObject): string {
  return (
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'eventTime') ||
    textAt(event, 'metadata', 'creationTimestamp')
  );
}
