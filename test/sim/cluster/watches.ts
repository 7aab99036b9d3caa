import type { JsonObject } from '../../../src/model/json.ts';
import type { Kind } from './kind.ts';
import { selects } from './selection.ts';
import type { Selection } from './selection.ts';
import { expired } from './status.ts';
import { inVersion } from './storage.ts';
import type { Change, Storage } from './storage.ts';
import { set } from './value.ts';

/** One event of a watch, as it goes over the line. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

interface WatchRequest {
  readonly kind: Kind;
  readonly selection: Selection;
  /** 0: all that is there, then what happens. */
  readonly version: number;
  /** A streamed list: all that is there, a bookmark that says so, then what happens. */
  readonly sendsInitial: boolean;
}

/** Begins a watch: what happened since comes at once, and what happens later as it happens. Returns the end of it. */
export function openWatch(
  storage: Storage,
  { kind, selection, version, sendsInitial }: WatchRequest,
  send: (event: WatchEvent) => void,
): () => void {
  const tell = (change: Change): void => {
    const event = eventOf(change, selection);
    if (event !== null) send({ ...event, object: inVersion(kind, event.object) });
  };
  if (sendsInitial || version === 0) {
    for (const object of storage.list(kind, selection.namespace))
      if (selects(selection, object)) send({ type: 'ADDED', object });
    if (sendsInitial) send(bookmark(storage, kind, { 'k8s.io/initial-events-end': 'true' }));
  } else if (version < storage.oldest) {
    send({ type: 'ERROR', object: expired(version, storage.oldest).body });
    return () => {};
  } else storage.since(kind, version).forEach(tell);
  return storage.subscribe((change) => {
    if (change.kind.group === kind.group && change.kind.plural === kind.plural) tell(change);
  });
}

export function bookmark(
  storage: Storage,
  { group, version, kind }: Kind,
  annotations?: JsonObject,
): WatchEvent {
  const metadata = {
    resourceVersion: String(storage.version),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { type: 'BOOKMARK', object: { kind, apiVersion, metadata } };
}

/** What a change is to somebody who sees only what is selected. */
function eventOf({ version, before, after }: Change, selection: Selection): WatchEvent | null {
  const was = before !== null && selects(selection, before);
  const is = after !== null && selects(selection, after);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return null;
  // As it was last, at the version at which it went.
  return { type: 'DELETED', object: set(before, ['metadata', 'resourceVersion'], String(version)) };
}
