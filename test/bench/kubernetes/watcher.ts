import type { BareClient } from './h2.ts';
import { kinds, nameOf, resources } from './workload.ts';
import type { LiveObject, WorkloadKind } from './workload.ts';

/** Sees what is live the moment that the server says it, by watches of its own. */
export interface Watcher {
  /** Resolves with the wall clock (ms) of the first event at which this is so; looks at what is there first. */
  until(
    application: number,
    kind: WorkloadKind,
    wanted: (object: LiveObject) => boolean,
    withinMs: number,
  ): Promise<number>;
  close(): void;
}

export async function openWatcher(client: BareClient): Promise<Watcher> {
  const live = new Map<string, LiveObject>();
  const waiting = new Map<string, (object: LiveObject) => void>();
  const ends: (() => void)[] = [];
  for (const kind of kinds) {
    const { api, plural } = resources[kind];
    const list: LiveObject = JSON.parse((await client.send('GET', `${api}/${plural}`)).body);
    for (const item of list.items) live.set(keyOf(kind, item.metadata.name), item);
    const from = list.metadata.resourceVersion;
    ends.push(
      client.lines(`${api}/${plural}?watch=1&resourceVersion=${from}`, (text) => {
        const { type, object } = JSON.parse(text) as { type: string; object: LiveObject };
        const key = keyOf(kind, object.metadata.name);
        const now = type === 'DELETED' ? null : object;
        if (now === null) live.delete(key);
        else live.set(key, now);
        waiting.get(key)?.(now);
      }),
    );
  }
  return {
    until: (application, kind, wanted, withinMs) =>
      new Promise((resolve, reject) => {
        const key = keyOf(kind, nameOf(application));
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(key);
          resolve(performance.timeOrigin + performance.now());
        };
        const timer = setTimeout(() => {
          waiting.delete(key);
          reject(new Error(`${key}: not as wanted within ${withinMs} ms`));
        }, withinMs);
        waiting.set(key, (object) => {
          if (wanted(object)) done();
        });
        if (wanted(live.get(key) ?? null)) done();
      }),
    close: () => {
      for (const end of ends) end();
    },
  };
}

function keyOf(kind: WorkloadKind, name: string): string {
  return `${kind}/${name}`;
}
