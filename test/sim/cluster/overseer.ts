import type { InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import type { Thing } from '../place/place.ts';
import { isDeleting } from './deletion.ts';
import { intersection, isEmpty, paths, showPath, union } from './fields.ts';
import type { Kind } from './kind.ts';
import { bare, managersOf } from './managed.ts';
import { compare } from './merge.ts';
import type { Admission } from './objects.ts';
import { isHead, recordNamespace } from './records.ts';
import { isHook } from './things.ts';
import { at, numberAt, textAt } from './value.ts';
import type { WireOptions } from './wire.ts';

/** How long a list of names, and one of autoscalers, may be believed by a driver that asked. Milliseconds. */
const namesMs = 7_000;
const scalersMs = 20_000;

/** Looks at what one controller writes at a cluster, request by request. */
export class Overseer {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** Right before a record is written. */
  record({ before, after }: Admission): void {
    const { place, witness } = this.#options;
    const object = after ?? before ?? {};
    const name = textAt(object, 'metadata', 'name');
    if (!isHead(object)) {
      if (after === null && place.hasPart(textAt(object, 'metadata', 'uid')))
        witness.onDamage(place, `${name} was removed, and it is a part of a record`);
      return;
    }
    const record = after === null ? place.recordAt(name) : place.readRecord(after);
    if (record === null) {
      if (after !== null) witness.onDamage(place, `${name} was written and is not whole`);
      return;
    }
    const key = keyIn(record.name);
    if (record.kind === 'hold')
      witness.onHold(key, after === null ? null : (record.hold.revision?.[0]?.commit ?? null));
    else witness.onInventory(place, key, after === null ? null : record.inventory);
  }

  isRecord({ kind, before, after }: Admission): boolean {
    const namespace = textAt(after ?? before ?? {}, 'metadata', 'namespace');
    return kind.kind === 'Secret' && namespace === recordNamespace;
  }

  /** Right after something was written. */
  effect(effect: Effect | ApplyEffect | null, write: Admission): void {
    const { place, witness } = this.#options;
    const { kind, before, after } = write;
    const object = after ?? before ?? {};
    const where = `${kind.kind}/${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
    const isOwn = effect !== null && place.whereOf(effect) === where;
    if (!isOwn) {
      // Namespaces are made for what is to be in them, and for records.
      if (kind.kind === 'Namespace' && before === null) return;
      witness.onBreach(place, `${where} was written, and no effect is about it`);
      return;
    }
    if (isHook(object)) {
      witness.onActor(place, effect, write.actor.user?.name ?? null, where);
      return witness.onHook(place, effect, before, after);
    }
    const [was, is] = [this.#thing(before), this.#thing(after)];
    if (was === null && is === null) return;
    witness.onActor(place, effect, write.actor.user?.name ?? null, where);
    for (const breach of this.#breaches(effect, write))
      witness.onBreach(place, `${where}: ${breach}`);
    witness.onEffect(place, effect, was, is);
  }

  #thing(object: JsonObject | null): Thing | null {
    return object === null || isDeleting(object) ? null : this.#options.place.thingOf(object);
  }

  /** What of a write touches others, in words. */
  *#breaches(effect: Effect | ApplyEffect, { kind, before, after }: Admission): Iterable<string> {
    if (before === null) return;
    const { place, machine } = this.#options;
    const uid = textAt(before, 'metadata', 'uid');
    const nowMs = machine.clock.monotonicMs();
    const isNew = nowMs - place.bornMs(uid) <= namesMs;
    const isReplaced = 'action' in effect && effect.action === 'replace';
    if (effect.uid !== uid && !isReplaced && !(effect.uid === null && isNew))
      yield `it is ${uid}, which was not planned for (${effect.uid ?? 'nothing'})`;
    if (after === null || isDeleting(after)) return;
    yield* this.#scaled(before, after, nowMs);
    yield* taken(kind, effect, before, after);
  }

  #scaled(before: JsonObject, after: JsonObject, nowMs: number): readonly string[] {
    const sinceMs = this.#options.place.scaledSinceMs(before);
    if (sinceMs === null || nowMs - sinceMs <= scalersMs) return [];
    const [was, is] = [before, after].map((one) => numberAt(one, 'spec', 'replicas'));
    return was === is ? [] : [`its replicas are an autoscaler's, and went from ${was} to ${is}`];
  }
}

/** Fields of others that change although they were neither ours nor given to us. */
function taken(
  kind: Kind,
  effect: Effect | ApplyEffect,
  before: JsonObject,
  after: JsonObject,
): readonly string[] {
  const mine = managersOf(before).find(({ manager }) => manager === 'fairlead')?.fields;
  const isAdopted = (effect.owned ?? null) === null;
  const isGiven = 'takesOver' in effect && (effect.takesOver ?? []).length > 0;
  const isForced = 'desired' in effect && at(effect.desired.payload, 'options', 'force') === true;
  if (isAdopted || isGiven || isForced) return [];
  const { modified, removed } = compare(kind.schema, bare(before), bare(after));
  const changed = union(modified, removed);
  return managersOf(before).flatMap(({ manager, operation, fields }) => {
    // Who edits by hand loses what Git says; what others apply is theirs.
    if (manager === 'fairlead' || operation !== 'Apply') return [];
    const lost = intersection(fields, changed);
    const own = mine === undefined ? lost : intersection(lost, mine);
    if (isEmpty(lost) || !isEmpty(own)) return [];
    return [`${paths(lost).map(showPath).join(', ')} of ${manager} changed`];
  });
}

function keyIn(name: string): InventoryKey {
  const [application = '', environment = ''] = name.split('@');
  return { application, environment };
}
