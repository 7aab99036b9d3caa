import type { Hold, InventoryEntry, InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ResourceId } from '../../../src/model/resource.ts';
import type { Target } from '../../../src/targets/target.ts';
import { projectNames } from '../git/model.ts';
import type { Machine } from '../run/machine.ts';
import type { OpenOptions, Place, Thing, ThingSpec } from '../place/place.ts';
import type { Chance } from '../world/random.ts';
import type { Scheduler, Process } from '../world/scheduler.ts';
import { Cluster, usualEstablishMs } from './cluster.ts';
import { scale } from './controllers/autoscalers.ts';
import { startControllers } from './controllers/registry.ts';
import { isDeleting } from './deletion.ts';
import { resourceOf } from './kind.ts';
import type { Kind } from './kind.ts';
import {
  clusterRole,
  clusterRoleBinding,
  definition,
  namespace as namespaceKind,
  quota,
  secret,
} from './kinds.ts';
import type { Admission, ObjectsOptions } from './objects.ts';
import { holdName, holdRecord, isHead, partsOf, readRecord, recordNamespace } from './records.ts';
import type { Record } from './records.ts';
import type { Actor } from './request.ts';
import { definitionOf, edited, manifestOf, parseWhere, specOf } from './things.ts';
import { openClusterTarget } from './target.ts';
import { listAt, numberAt, objectAt, set, textAt } from './value.ts';
import { webhook } from './webhook.ts';

/** Defines the kind of Tasks, and belongs to nobody. */
const sharedDefinition = 'widgets.sim.fairlead.dev';

/** Of somebody who does not get done. */
export const foreignFinalizer = 'example.com/never';

export type JobState = 'running' | 'done' | 'failed';

function jobStateOf(object: JsonObject): JobState {
  const types = listAt(object, 'status', 'conditions').map((one) => textAt(one, 'type'));
  if (types.includes('Failed')) return 'failed';
  return types.includes('Complete') ? 'done' : 'running';
}

interface ClusterPlaceOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  /** Of what goes on by itself. */
  readonly process: Process;
  readonly chance: Chance;
  readonly epochMs: number;
  /** What one object holds of a record, in bytes; `null`: as much as one takes. */
  readonly recordPartBytes: number | null;
}

/** A cluster as a place of things: what people and the judge see of it. */
export class ClusterPlace implements Place {
  readonly name: string;
  readonly cluster: Cluster;
  /** Says no to what it does not like; set by whoever watches over requests. */
  admit: NonNullable<ObjectsOptions['admit']> = () => null;
  onWrite: (write: Admission) => void = () => {};
  readonly heldSinceMs = new Map<string, number>();
  /** How old the server's last word on a record may be that an effect is made on. */
  readonly recordLagMs = 5_000;
  /** See `ClusterPlaceOptions`. */
  recordPartBytes: number | null;
  #recordsToldMs = 0;
  readonly #options: ClusterPlaceOptions;
  readonly #texts = { inventory: new Map<string, string>(), hold: new Map<string, string>() };
  /** Records as they were read last, by the name of their object. */
  readonly #records = new Map<string, Record>();
  /** Images that each Deployment was seen to run well with. */
  readonly #worked = new Map<string, Set<string>>();
  /** When each object was made, and when it was changed last, by its UID. */
  readonly #bornMs = new Map<string, number>();
  readonly #changedMs = new Map<string, number>();
  /** How each Job went, by its UID; also of those that are gone. */
  readonly jobs = new Map<string, JobState>();
  /** Of what controllers of Fairlead have made. */
  readonly #ownUids = new Set<string>();
  #uids = 0;

  constructor(options: ClusterPlaceOptions) {
    const { name, scheduler, process, chance, epochMs } = options;
    this.name = name;
    this.#options = options;
    this.recordPartBytes = options.recordPartBytes;
    this.cluster = new Cluster({
      nowMs: () => epochMs + scheduler.nowMs,
      newUid: () => this.#newUid(),
      admit: (write) => this.admit(write),
      onWrite: (write) => this.onWrite(write),
    });
    this.cluster.storage.subscribe(({ kind, before, after }) => this.#note(kind, before, after));
    startControllers({
      cluster: this.cluster,
      later: (ms, act) => {
        const pauseMs = Math.round(ms * (0.3 + 1.5 * chance.fraction()));
        void scheduler.sleep(process, pauseMs).then(act);
      },
    });
    this.define();
    for (const one of ['default', 'kube-system'])
      this.make('', namespaceKind, { metadata: { name: one } });
    const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
    this.make('', clusterRole, { metadata: { name: 'everything' }, rules: [all] });
    this.grant();
  }

  get inventories(): ReadonlyMap<string, string> {
    return this.#texts.inventory;
  }

  get recordsToldMs(): number {
    return this.#recordsToldMs;
  }

  /** An event that tells of a record is on its way until then. */
  noteRecordDue(atMs: number): void {
    this.#recordsToldMs = Math.max(this.#recordsToldMs, atMs);
  }

  get holds(): ReadonlyMap<string, string> {
    return this.#texts.hold;
  }

  open(options: OpenOptions): Promise<Target> {
    return openClusterTarget(this, options);
  }

  forget(_machine: Machine): void {}

  thing(at: string): Thing | null {
    const object = this.object(at);
    return object === null || isDeleting(object) ? null : this.thingOf(object);
  }

  get things(): readonly Thing[] {
    return this.cluster.kinds.flatMap((kind) =>
      this.cluster.storage
        .list(kind)
        .flatMap((object) => (isDeleting(object) ? [] : (this.thingOf(object) ?? []))),
    );
  }

  uidOf({ uid = '' }: Thing): string {
    return uid;
  }

  isReady(thing: Thing): boolean {
    if (thing.spec.kind !== 'Worker') return true;
    const image = thing.spec.value.split('*')[0] ?? '';
    return this.#worked.get(thing.uid ?? '')?.has(image) === true;
  }

  whereOf({ id }: { readonly id: ResourceId }): string {
    return `${id.kind}/${id.namespace}/${id.name}`;
  }

  announced({ fields }: InventoryEntry): Pick<ThingSpec, 'value' | 'note'> | null {
    return specOf(fields);
  }

  /** Whether an object of this UID is there, also one that is going. */
  remains(at: string, uid: string): boolean {
    const object = this.object(at);
    return object !== null && textAt(object, 'metadata', 'uid') === uid;
  }

  isForeign(uid: string): boolean {
    return this.#bornMs.has(uid) && !this.#ownUids.has(uid);
  }

  /** A controller has made something. */
  noteOwn(uid: string): void {
    this.#ownUids.add(uid);
  }

  /** What is at a place, with all that it has. */
  object(at: string): JsonObject | null {
    const { kind, namespace, name } = parseWhere(at);
    const found = this.cluster.kinds.find((one) => one.kind === kind);
    return found === undefined ? null : this.cluster.objects.find({ kind: found, namespace, name });
  }

  bornMs(uid: string): number {
    return this.#bornMs.get(uid) ?? 0;
  }

  thingOf(object: JsonObject): Thing | null {
    const spec = specOf(object);
    const [uid = '', namespace = '', name = ''] = ['uid', 'namespace', 'name'].map((one) =>
      textAt(object, 'metadata', one),
    );
    if (spec === null || name === sharedDefinition) return null;
    if (textAt(object, 'type').startsWith('fairlead')) return null;
    return {
      at: `${textAt(object, 'kind')}/${namespace}/${name}`,
      serial: Number(uid.slice(-12)),
      uid,
      spec: this.#isScaled(object) ? { ...spec, value: spec.value.split('*')[0] ?? '' } : spec,
      changedMs: this.#changedMs.get(uid) ?? 0,
    };
  }

  /** When an autoscaler began to look after a Deployment; `null`: none does. */
  scaledSinceMs(object: JsonObject): number | null {
    const scaler = this.#scalerOf(object);
    return scaler === null ? null : this.bornMs(textAt(scaler, 'metadata', 'uid'));
  }

  /** Somebody beside Fairlead makes, edits or deletes (`null`) what is at a place. */
  put(at: string, spec: ThingSpec | null, _by: object | null, fresh = false): Thing | null {
    const { kind, namespace, name } = parseWhere(at);
    const found = this.cluster.kinds.find((one) => one.kind === kind);
    if (found === undefined) return null;
    const place = { kind: found, namespace, name };
    if (spec === null || fresh) this.remove(place);
    if (spec === null) return null;
    const live = this.cluster.objects.find(place);
    if (live === null) {
      this.ensureNamespace(namespace);
      this.make(namespace, found, manifestOf(at, spec));
    } else this.#send('PUT', place, edited(live, spec), 'kubectl-edit');
    return this.thing(at);
  }

  /** A record with its parts; `null`: it cannot be read. */
  readRecord(object: JsonObject): Record | null {
    const { storage } = this.cluster;
    return readRecord(object, (name) => storage.get(secret, recordNamespace, name));
  }

  /** The record that an object was when it was written last; `null`: none that can be read. */
  recordAt(name: string): Record | null {
    return this.#records.get(name) ?? null;
  }

  /** Whether a record has a part of this UID. */
  hasPart(uid: string): boolean {
    const objects = this.cluster.storage.list(secret, recordNamespace);
    return objects.some((object) => isHead(object) && partsOf(object).includes(uid));
  }

  setHold(key: InventoryKey, hold: Hold | null): void {
    const place = { kind: secret, namespace: recordNamespace, name: holdName(key) };
    this.remove(place);
    if (hold === null) return;
    this.ensureNamespace(recordNamespace);
    this.make(recordNamespace, secret, holdRecord(key, hold));
  }

  /** What a person does with an object by hand. */
  edit(
    object: JsonObject,
    change: (live: JsonObject) => JsonObject,
    manager = 'kubectl-edit',
  ): void {
    const kind = this.cluster.kinds.find((one) => one.kind === textAt(object, 'kind'));
    const namespace = textAt(object, 'metadata', 'namespace');
    const name = textAt(object, 'metadata', 'name');
    if (kind === undefined) return;
    const live = this.cluster.objects.find({ kind, namespace, name });
    if (live !== null) this.#send('PUT', { kind, namespace, name }, change(live), manager);
  }

  make(namespace: string, kind: Kind, body: JsonObject): void {
    const name = textAt(body, 'metadata', 'name');
    this.#send('POST', { kind, namespace, name }, body, 'kubectl-create');
  }

  remove(place: { readonly kind: Kind; readonly namespace: string; readonly name: string }): void {
    this.#send('DELETE', place, {}, 'kubectl');
  }

  /** Another manager applies a field of its own. */
  applyAs(manager: string, object: JsonObject, fields: JsonObject): void {
    const kind = this.cluster.kinds.find((one) => one.kind === textAt(object, 'kind'));
    if (kind === undefined) return;
    const namespace = textAt(object, 'metadata', 'namespace');
    const name = textAt(object, 'metadata', 'name');
    const apiVersion = textAt(object, 'apiVersion');
    this.#send(
      'APPLY',
      { kind, namespace, name },
      { apiVersion, kind: kind.kind, ...fields },
      manager,
    );
  }

  ensureNamespace(name: string): void {
    const at = { kind: namespaceKind, namespace: '', name };
    if (name !== '' && this.cluster.objects.find(at) === null)
      this.make('', namespaceKind, { metadata: { name } });
  }

  /** Somebody installs a webhook that changes what is written. */
  mutate(): void {
    const { mutations } = this.cluster.objects;
    if (!mutations.includes(webhook)) mutations.push(webhook);
  }

  /** Nothing is changed any more. */
  unmutate(): void {
    this.cluster.objects.mutations.length = 0;
  }

  get isMutating(): boolean {
    return this.cluster.objects.mutations.length > 0;
  }

  /** A namespace takes no more of a kind than it has. @returns the end of it */
  limit(kind: Kind, namespace: string): () => void {
    const used = this.cluster.storage.list(kind, namespace).length;
    const name = `few-${kind.plural}`;
    const hard = { [`count/${resourceOf(kind)}`]: String(used) };
    this.make(namespace, quota, { metadata: { name }, spec: { hard } });
    return () => this.remove({ kind: quota, namespace, name });
  }

  /** Those whom projects act as may do everything. */
  grant(): void {
    for (const name of projectNames)
      if (this.cluster.objects.find({ kind: clusterRoleBinding, namespace: '', name }) === null)
        this.make('', clusterRoleBinding, {
          metadata: { name },
          subjects: [{ kind: 'User', name }],
          roleRef: { kind: 'ClusterRole', name: 'everything' },
        });
  }

  /** Somebody takes all rights from those whom projects act as. */
  revoke(): void {
    for (const name of projectNames) this.remove({ kind: clusterRoleBinding, namespace: '', name });
  }

  /** Kinds that everybody needs are there, and nobody holds anything up any more. */
  mend(): void {
    this.cluster.stale.clear();
    this.cluster.establishMs = usualEstablishMs;
    this.define();
    this.grant();
    for (const one of this.cluster.storage.list(quota)) this.#drop(quota, one);
    const { scheduler, process } = this.#options;
    // One that is on its way out has to be gone first.
    void scheduler.sleep(process, 120_000).then(() => this.define());
    for (const kind of this.cluster.kinds)
      for (const object of this.cluster.storage.list(kind)) {
        const finalizers = listAt(object, 'metadata', 'finalizers');
        const kept = finalizers.filter((one) => one !== foreignFinalizer);
        if (kept.length < finalizers.length)
          this.edit(object, (live) => set(live, ['metadata', 'finalizers'], kept));
      }
  }

  /** Somebody installs the kind that Tasks are of, in all its versions. */
  define(): void {
    const at = { kind: definition, namespace: '', name: sharedDefinition };
    if (this.cluster.objects.find(at) === null) this.make('', definition, definitionOf('Widget'));
    else this.serve('v1', 'v2');
  }

  /** From now on the kind that Tasks are of has these versions alone, the first of them stored. @returns whether it is there */
  serve(...versions: readonly string[]): boolean {
    const at = { kind: definition, namespace: '', name: sharedDefinition };
    const live = this.cluster.objects.find(at);
    if (live === null) return false;
    const wanted = listAt(definitionOf('Widget', versions), 'spec', 'versions');
    this.edit(live, (one) => set(one, ['spec', 'versions'], wanted));
    return true;
  }

  /** Somebody takes the kind of Tasks away, with all Tasks. @returns whether it was there */
  undefine(): boolean {
    const place = { kind: definition, namespace: '', name: sharedDefinition };
    const isThere = this.cluster.objects.find(place) !== null;
    this.remove(place);
    return isThere;
  }

  /** Autoscalers look again. */
  scale(chance: Chance): void {
    scale({ cluster: this.cluster, later: () => {} }, chance);
  }

  #drop(kind: Kind, object: JsonObject): void {
    const [namespace, name] = ['namespace', 'name'].map((one) => textAt(object, 'metadata', one));
    this.remove({ kind, namespace: namespace ?? '', name: name ?? '' });
  }

  #send(
    verb: 'POST' | 'PUT' | 'DELETE' | 'APPLY',
    place: { readonly kind: Kind; readonly namespace: string; readonly name: string },
    body: JsonObject,
    manager: string,
  ): void {
    const actor: Actor = { name: manager, machine: null };
    const write = { ...place, subresource: '', manager, dryRun: false, force: true, actor, body };
    const { objects } = this.cluster;
    if (verb === 'POST') objects.create(write);
    else if (verb === 'PUT') objects.update(write);
    else if (verb === 'APPLY') objects.apply(write);
    else objects.delete({ ...write, options: { propagationPolicy: 'Background' } });
  }

  #newUid(): string {
    this.#uids += 1;
    const place = Buffer.from(this.name).reduce((sum, byte) => sum + byte, 0);
    const head = place.toString(16).padStart(8, '0');
    return `${head}-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
  }

  #note(kind: Kind, before: JsonObject | null, after: JsonObject | null): void {
    const { scheduler } = this.#options;
    const uid = textAt(after ?? before ?? {}, 'metadata', 'uid');
    if (before === null) this.#bornMs.set(uid, scheduler.nowMs);
    if (kind === secret) this.#noteRecord(before, after);
    if (after === null) return;
    if (kind.kind === 'Job') this.jobs.set(uid, jobStateOf(after));
    const [was, is] = [before === null ? null : specOf(before), specOf(after)];
    if (is !== null && (was === null || JSON.stringify(was) !== JSON.stringify(is)))
      this.#changedMs.set(uid, scheduler.nowMs);
    if (kind.kind !== 'Deployment' || !isRolledOut(after)) return;
    const worked = this.#worked.get(uid) ?? new Set<string>();
    this.#worked.set(uid, worked);
    worked.add((specOf(after)?.value ?? '').split('*')[0] ?? '');
  }

  #noteRecord(before: JsonObject | null, after: JsonObject | null): void {
    const at = textAt(after ?? before ?? {}, 'metadata', 'name');
    const record = after === null ? this.recordAt(at) : this.readRecord(after);
    if (record === null) return;
    if (after === null) this.#records.delete(at);
    else this.#records.set(at, record);
    const texts = this.#texts[record.kind];
    if (after === null) texts.delete(record.name);
    else
      texts.set(
        record.name,
        JSON.stringify(record.kind === 'hold' ? record.hold : record.inventory),
      );
    if (record.kind === 'inventory') return;
    if (after === null) this.heldSinceMs.delete(record.name);
    else this.heldSinceMs.set(record.name, this.#options.scheduler.nowMs);
  }

  #isScaled(object: JsonObject): boolean {
    return textAt(object, 'kind') === 'Deployment' && this.#scalerOf(object) !== null;
  }

  #scalerOf(object: JsonObject): JsonObject | null {
    const kind = this.cluster.kindOf('autoscaling', 'HorizontalPodAutoscaler');
    if (kind === null) return null;
    const scalers = this.cluster.storage.list(kind, textAt(object, 'metadata', 'namespace'));
    return (
      scalers.find(
        (one) =>
          textAt(one, 'spec', 'scaleTargetRef', 'name') === textAt(object, 'metadata', 'name'),
      ) ?? null
    );
  }
}

/** Whether a Deployment says of its newest wish that it runs. */
function isRolledOut(object: JsonObject): boolean {
  const status = objectAt(object, 'status');
  return (
    numberAt(status, 'observedGeneration') === numberAt(object, 'metadata', 'generation') &&
    listAt(status, 'conditions').some(
      (one) =>
        textAt(one, 'reason') === 'NewReplicaSetAvailable' && textAt(one, 'status') === 'True',
    )
  );
}
