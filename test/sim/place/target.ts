import { errorRecord } from '../../../src/model/error.ts';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import { sameJson } from '../../../src/model/json.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { showResource } from '../../../src/model/resource.ts';
import type { Desired, Live, Manifest, Observation } from '../../../src/model/resource.ts';
import { failure, success } from '../../../src/model/result.ts';
import type { Result } from '../../../src/model/result.ts';
import type { Sealer } from '../../../src/model/sealed.ts';
import type { Health } from '../../../src/model/status.ts';
import {
  claimTaken,
  kindUnknown,
  manifestInvalid,
  preconditionFailed,
} from '../../../src/targets/errors.ts';
import type {
  Applied,
  ApplyEffect,
  Effect,
  Ledger,
  PrepareScope,
  Reference,
  Target,
  TargetChange,
  WatchScope,
} from '../../../src/targets/target.ts';
import type { Machine } from '../run/machine.ts';
import { isBad } from '../git/model.ts';
import type { TargetFaults } from '../world/faults.ts';
import { parseOnce } from '../world/once.ts';
import { answerLost, commandFailed, denied, placeDown, placeFull, secretMoved } from './errors.ts';
import type { HostPlace, Watcher } from './host-place.ts';
import { createLedger } from './ledger.ts';
import { slowStartMs } from './place.ts';
import type { Thing, ThingSpec } from './place.ts';
import type { Witness } from './witness.ts';

const kinds = ['Thing', 'Worker', 'Volume', 'Task', 'Command'];

interface SimTargetOptions {
  readonly machine: Machine;
  readonly place: HostPlace;
  readonly witness: Witness;
  readonly sealer: Sealer;
  /** What the place holds secrets of, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** One controller's view of a place: the `Target` port with the faults of the world. */
export class SimTarget implements Target {
  readonly name: string;
  readonly driver = 'sim';
  readonly uid: string;
  readonly ledger: Ledger;
  readonly #options: SimTargetOptions;
  readonly #machine: Machine;
  readonly #place: HostPlace;
  /** Versions below which this view never shows a place: it has seen, or made, newer ones. */
  readonly #seen = new Map<string, number>();
  /** Versions that the watch has told of. */
  readonly #told = new Map<string, number>();
  readonly #scopes = new Map<string, WatchScope>();
  #listener: (change: TargetChange) => void = () => {};
  readonly #watcher: Watcher;

  constructor(options: SimTargetOptions) {
    const { machine, place, witness } = options;
    this.#options = options;
    this.#machine = machine;
    this.#place = place;
    this.name = place.name;
    this.uid = `place-${place.name}`;
    this.ledger = createLedger(machine, place, witness);
    this.#watcher = {
      owner: machine,
      wants: (at) => this.#scopesOf(at).length > 0,
      tell: (at) => this.#notice(at),
      wantsHold: (key) => this.#scopes.has(inventoryKey(key)),
      tellHold: (change) => this.#tell(change),
    };
    place.watchers.add(this.#watcher);
  }

  get #faults(): TargetFaults {
    return this.#machine.faults.targets.get(this.name)!;
  }

  async prepare(
    manifests: readonly Manifest[],
    scope: PrepareScope,
  ): Promise<Result<readonly Desired[]>> {
    await this.#arrive(`prepare ${inventoryKey(scope.key)}`);
    // All of them, whatever is wrong with the first: each tells of what others own.
    const prepared = manifests.map((manifest) => this.#prepareOne(manifest, scope));
    const desired: Desired[] = [];
    for (const one of prepared) {
      if (!one.ok) return one;
      desired.push(one.value);
    }
    return success(desired);
  }

  #prepareOne(manifest: Manifest, scope: PrepareScope): Result<Desired> {
    const { kind, name, body } = manifest;
    const resource = `${kind}/${name}`;
    if (!kinds.includes(kind))
      return failure(kindUnknown({ message: `there is no kind ${kind}`, resource }));
    const spec = (body['spec'] ?? {}) as JsonObject;
    const { at, value } = spec;
    if (typeof at !== 'string' || typeof value !== 'string')
      return failure(
        manifestInvalid({ message: `${resource} has no place or no value`, resource }),
      );
    const secret = typeof spec['secret'] === 'string' ? spec['secret'] : null;
    const note = typeof spec['note'] === 'string' ? spec['note'] : null;
    const id = { group: 'sim.fairlead.dev', kind, namespace: '', name };
    const holder = this.#holderOf(at, scope.key);
    const own = [scope.key.application, ...(scope.previousNames ?? [])];
    if (
      holder !== null &&
      !(holder.environment === scope.key.environment && own.includes(holder.application))
    ) {
      const message = `${resource} wants ${at}, which belongs to ${holder.application}`;
      if (scope.onTaken?.({ id, locator: { at } }, holder) !== true)
        return failure(claimTaken({ message, resource }));
    }
    if (kind === 'Command') return success(this.#commandOf(manifest, at, value));
    return success({
      id,
      fields: this.#fieldsOf({ kind, value, note, secret: this.#secret(secret) }, at),
      payload: { secret },
      locator: { at },
      texts: { value },
      claims: [`place:${at}`],
      wave: typeof spec['wave'] === 'number' ? spec['wave'] : 0,
      rank: kind === 'Volume' ? 0 : 100,
      traits: {
        workload: kind === 'Worker',
        dataBearing: kind === 'Volume',
        irreversible: kind === 'Task',
      },
      prune: spec['prune'] !== false,
      origin: manifest.origin,
    });
  }

  /** Something with a check: what is done shows by what it left, and by what it saw where it looks. */
  #commandOf({ kind, name, body, origin }: Manifest, at: string, value: string): Desired {
    const spec = (body['spec'] ?? {}) as JsonObject;
    const watches = textOf(spec['watches']);
    return {
      id: { group: 'sim.fairlead.dev', kind, namespace: '', name },
      fields: { at, kind, value, watches },
      payload: {},
      locator: { at },
      texts: {},
      claims: [`place:${at}`],
      wave: typeof spec['wave'] === 'number' ? spec['wave'] : 0,
      rank: 200,
      traits: { workload: false, dataBearing: false, irreversible: true },
      prune: true,
      asksFirst: true,
      origin,
    };
  }

  #secret(name: string | null): string | null {
    return name === null ? null : (this.#options.secrets.get(name) ?? '');
  }

  #fieldsOf(spec: ThingSpec, at: string): JsonObject {
    const fields = {
      at,
      kind: spec.kind,
      value: spec.value,
      ...(spec.note === null ? {} : { note: spec.note }),
      ...(spec.secret === null ? {} : { secret: this.#options.sealer.seal(spec.secret) }),
    };
    // Nobody promises an order of fields.
    return this.#machine.hits(0.2)
      ? Object.fromEntries(Object.entries(fields).toReversed())
      : fields;
  }

  /** The application whose inventory claims a place, and does not give it up for `key` to have. */
  #holderOf(at: string, key: InventoryKey): Inventory | null {
    for (const text of this.#place.inventories.values()) {
      const inventory = parseOnce<Inventory>(text);
      const entry = inventory.entries.find(({ locator }) => locator['at'] === at);
      if (entry !== undefined) return entry.givenTo === inventoryKey(key) ? null : inventory;
    }
    return null;
  }

  async read(
    key: InventoryKey,
    references: readonly Reference[],
    signal?: AbortSignal,
  ): Promise<readonly Observation[]> {
    await this.#arrive(`read ${inventoryKey(key)}`);
    signal?.throwIfAborted();
    const answers = references.map((reference) => this.#look(reference));
    await this.#machine.io(`${this.name} read answered`);
    return answers;
  }

  #look({ id, locator, uid, desired }: Reference): Observation {
    const at = atOf(locator);
    if (this.#machine.hits(this.#faults.readFails)) {
      const message = `${showResource(id)} cannot be looked at`;
      return { kind: 'unreadable', error: errorRecord(placeDown({ message })) };
    }
    if (id.kind === 'Command') return this.#ask(at, id, desired);
    const ageMs = this.#machine.chance.fraction() * this.#faults.staleMs;
    const shown = ageMs === 0 ? null : this.#place.staleThing(at, ageMs, this.#seen.get(at) ?? 0);
    // The absence of something recorded is looked at twice: that it is gone must be certain.
    const thing = shown ?? (ageMs === 0 || uid !== null ? this.#place.thing(at) : null);
    if (thing === this.#place.thing(at)) this.#seen.set(at, this.#place.version(at));
    if (thing === null) return { kind: 'absent' };
    return { kind: 'present', live: this.#live(thing, id) };
  }

  /** What is no longer wanted leaves nothing that could be seen. */
  #ask(at: string, id: Live['id'], desired: Desired | null): Observation {
    const { value, watches } = desired?.fields ?? {};
    if (desired === null || !this.#place.isDone(at, textOf(value), textOf(watches)))
      return { kind: 'absent' };
    const uid = commandUid(at, textOf(value));
    const status = { kind: 'Command', value: '', changedMs: 0 };
    return { kind: 'present', live: { id, uid, fields: desired.fields, texts: {}, status } };
  }

  /** Runs it where its check does not pass. */
  async #run(effect: ApplyEffect, at: string): Promise<Applied> {
    const value = textOf(effect.desired.fields['value']);
    const watches = textOf(effect.desired.fields['watches']);
    const uid = commandUid(at, value);
    if (this.#place.isDone(at, value, watches))
      return { uid, skipped: 'its check passes, so there was nothing to do' };
    await this.#fence(effect);
    this.#options.witness.onCommand(
      this.#place,
      effect,
      at,
      !this.#place.isDone(at, value, watches),
    );
    if (isBad(value)) throw commandFailed({ message: `${at} ended with code 1`, resource: at });
    this.#place.commands.set(at, { value, saw: this.#place.seenAt(watches) });
    await this.#end(effect);
    return { uid };
  }

  #live(thing: Thing, id: Live['id']): Live {
    return {
      id,
      uid: this.#place.uidOf(thing),
      fields: this.#fieldsOf(thing.spec, thing.at),
      texts: { value: thing.spec.value },
      status: { kind: thing.spec.kind, value: thing.spec.value, changedMs: thing.changedMs },
    };
  }

  async apply(effect: ApplyEffect): Promise<Applied> {
    const { desired, locator } = effect;
    const at = atOf(locator);
    await this.#begin(effect, `${effect.action} ${at}`);
    if (desired.id.kind === 'Command') return this.#run(effect, at);
    const { secret } = desired.payload;
    const spec: ThingSpec = {
      kind: desired.id.kind,
      value: textOf(desired.fields['value']),
      note: typeof desired.fields['note'] === 'string' ? desired.fields['note'] : null,
      secret: this.#secret(typeof secret === 'string' ? secret : null),
    };
    if (!sameJson(this.#fieldsOf(spec, at), desired.fields))
      throw secretMoved({ message: `the secret of ${at} is another one by now` });
    const holder = this.#holderOf(at, effect.key);
    if (holder !== null && holder.applicationUid !== effect.applicationUid)
      throw claimTaken({ message: `${at} belongs to ${holder.application}` });
    await this.#fence(effect);
    const thing = this.#place.thing(at);
    const isAsWanted = thing !== null && sameJson({ ...thing.spec }, { ...spec });
    if (isAsWanted && effect.action !== 'run') return { uid: this.#place.uidOf(thing) };
    this.#expect(effect, thing);
    if (this.#faults.full) throw placeFull({ message: `no room at ${this.name}` });
    const now = this.#place.put(at, spec, this.#noticer(), thing === null)!;
    this.#options.witness.onEffect(this.#place, effect, thing, now);
    this.#seen.set(at, this.#place.version(at));
    await this.#end(effect);
    return { uid: this.#place.uidOf(now) };
  }

  async remove(effect: Effect): Promise<void> {
    const at = atOf(effect.locator);
    await this.#begin(effect, `remove ${at}`);
    await this.#fence(effect);
    const thing = this.#place.thing(at);
    if (thing === null) return;
    this.#expect(effect, thing);
    this.#place.put(at, null, this.#noticer());
    this.#options.witness.onEffect(this.#place, effect, thing, null);
    this.#seen.set(at, this.#place.version(at));
    await this.#end(effect);
  }

  /** On the way there, before anything happens. */
  async #begin(effect: Effect, what: string): Promise<void> {
    this.#options.witness.onEffectBegins(this.#place, effect);
    await this.#arrive(`${what} for ${inventoryKey(effect.key)}`);
    if (this.#machine.hits(this.#faults.effectFails))
      throw placeDown({ message: `${this.name} did not take the change` });
    if (this.#machine.hits(this.#faults.hangs)) await new Promise(() => {});
    if (this.#machine.hits(this.#faults.denied))
      throw denied({ message: `${this.name} refuses the change` });
    await this.#machine.mayCrash('before-effect');
  }

  /** The last look at who may write; what follows is in flight, for a turn at times. */
  async #fence(effect: Effect): Promise<void> {
    this.#options.witness.onFence(effect);
    await effect.fence();
    effect.signal.throwIfAborted();
    if (this.#machine.hits(0.2)) await this.#machine.io(`${this.name} in flight`);
  }

  async #end(effect: Effect): Promise<void> {
    await this.#machine.mayCrash('after-effect');
    if (this.#machine.hits(this.#faults.answerLost)) {
      if (this.#machine.hits(0.2)) await new Promise(() => {});
      if (this.#machine.hits(0.5)) throw answerLost({ message: `${this.name} was cut off` });
      throw placeDown({ message: `${this.name} reset the connection` });
    }
    await this.#machine.io(`${this.name} done ${atOf(effect.locator)}`, {
      latencyMs: this.#faults.slowMs,
    });
  }

  #expect(effect: Effect, thing: Thing | null): void {
    const uid = thing === null ? null : this.#place.uidOf(thing);
    if (uid === effect.uid) return;
    throw preconditionFailed({
      message: `${atOf(effect.locator)} is ${uid ?? 'nothing'}, not ${effect.uid ?? 'nothing'}`,
      resource: showResource(effect.id),
    });
  }

  health(live: Live): Health {
    const { kind, value, changedMs } = live.status;
    if (kind !== 'Worker') return { status: 'Healthy', message: 'is there' };
    if (isBad(textOf(value))) return { status: 'Degraded', message: 'does not answer' };
    const startsMs = textOf(value).startsWith('slow') ? slowStartMs : 0;
    return this.#machine.clock.monotonicMs() - Number(changedMs) < startsMs
      ? { status: 'Progressing', message: 'starts' }
      : { status: 'Healthy', message: 'answers' };
  }

  async watch(scope: WatchScope): Promise<void> {
    await this.#machine.io(`${this.name} watch ${inventoryKey(scope.key)}`);
    this.#scopes.set(inventoryKey(scope.key), scope);
    for (const { locator } of scope.references) {
      // What changed between the look and the watch is noticed, too.
      const at = atOf(locator);
      const known = Math.max(this.#seen.get(at) ?? 0, this.#told.get(at) ?? 0);
      if (known < this.#place.version(at)) this.#notice(at);
    }
  }

  onChange(listener: (change: TargetChange) => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#place.watchers.delete(this.#watcher);
    await this.#machine.io(`${this.name} close`);
  }

  /** Whether this change of our own comes back as a notice, as it does at times. */
  #noticer(): object | null {
    return this.#machine.hits(0.2) ? null : this.#machine;
  }

  #scopesOf(at: string): readonly WatchScope[] {
    return [...this.#scopes.values()].filter(({ references }) =>
      references.some(({ locator }) => locator['at'] === at),
    );
  }

  #notice(at: string): void {
    this.#told.set(at, this.#place.version(at));
    for (const { key, references } of this.#scopesOf(at)) {
      const id = references.find(({ locator }) => locator['at'] === at)?.id ?? null;
      this.#tell({ key, id, message: `${at} was changed` });
    }
  }

  #tell(change: TargetChange): void {
    if (this.#machine.hits(this.#faults.noticeLost)) return;
    void this.#machine.io(`${this.name} notice`).then(() => this.#listener(change));
  }

  async #arrive(what: string): Promise<void> {
    await this.#machine.io(`${this.name} ${what}`, { latencyMs: this.#faults.slowMs });
    if (this.#machine.hits(this.#faults.down))
      throw placeDown({ message: `${this.name} does not answer` });
  }
}

function commandUid(at: string, value: string): string {
  return `${at}#${value}`;
}

function atOf(locator: JsonObject): string {
  const { at } = locator;
  if (typeof at !== 'string') throw new Error('a locator without a place');
  return at;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
