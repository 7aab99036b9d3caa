import type { JsonObject } from '../../../../src/model/json.ts';
import type { Cluster } from '../cluster.ts';
import type { Kind } from '../kind.ts';
import type { Change } from '../storage.ts';
import { textAt } from '../value.ts';

/** What the controllers of a cluster have of the world. */
export interface Surroundings {
  readonly cluster: Cluster;
  /** Does something after a while; how long is for chance to say, `ms` is about how long. */
  later(ms: number, act: () => void): void;
}

/** One controller: hears of every change, and writes later. */
export type Controller = (around: Surroundings) => (change: Change) => void;

/** Who they are to the server. */
const manager = 'kube-controller-manager';
const actor = { name: manager, machine: null };

/** Writes an object as it is now, changed; nothing where it has gone, or another one has come. */
export function edit(
  { cluster }: Pick<Surroundings, 'cluster'>,
  kind: Kind,
  object: JsonObject,
  subresource: string,
  change: (live: JsonObject) => JsonObject,
): void {
  const at = {
    kind,
    namespace: textAt(object, 'metadata', 'namespace'),
    name: textAt(object, 'metadata', 'name'),
  };
  const live = cluster.objects.find(at);
  if (live === null || textAt(live, 'metadata', 'uid') !== textAt(object, 'metadata', 'uid'))
    return;
  const body = change(live);
  const common = { subresource, manager, dryRun: false, force: false, actor };
  if (body !== live) cluster.objects.update({ ...at, ...common, body });
}

export function remove(
  { cluster }: Pick<Surroundings, 'cluster'>,
  kind: Kind,
  object: JsonObject,
): void {
  cluster.objects.delete({
    kind,
    namespace: textAt(object, 'metadata', 'namespace'),
    name: textAt(object, 'metadata', 'name'),
    subresource: '',
    manager,
    dryRun: false,
    force: false,
    actor,
    body: {},
    options: { preconditions: { uid: textAt(object, 'metadata', 'uid') } },
  });
}
