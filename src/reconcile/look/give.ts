import { inventoryKey } from '../../model/inventory.ts';
import { sameJson } from '../../model/json.ts';
import { placeOf } from '../../plan/place.ts';
import type { PlanInput } from '../../plan/plan-input.ts';
import type { Given } from '../../plan/unwanted.ts';
import type { Target } from '../../targets/target.ts';
import type { Prepared } from '../prepare/prepared.ts';
import { recordsAt } from '../prepare/taken.ts';
import type { Taken } from '../prepare/taken.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { Held, PlannedRun, RunContext } from './context.ts';
import type { PlanOptions } from './plan-options.ts';

/*
 * What moves from one application to another stays as it is. The one that wants it cannot be prepared as long as the other
 * one owns it, and says so; the other one, which no longer wants it, marks it as given instead of deleting it; then the first one
 * adopts it, and when that is on its record, it leaves the other one's. Whatever is cut off in between, and whatever the next
 * commit says: somebody has it on record, and whoever has it and no longer wants it takes it away. Deletes wait until all applications of a commit are planned, so that both are known in time.
 */

type Context = Pick<RunContext, 'applications' | 'queue' | 'taken'>;

/** Remembers what others own of what an application wants. Who owns it is looked at again: what was to be deleted may be given up. */
export function noteTaken(
  { applications, queue, taken: known }: Context,
  runtime: ApplicationRuntime,
  taken: readonly Taken[],
  { preview, revision }: Pick<PlanOptions, 'preview' | 'revision'>,
): void {
  if (preview) {
    // Where a command only looks, nobody else finds out.
    if (revision === null && !runtime.agenda.wasLookedAt) known.set(runtime.id, taken);
    return;
  }
  const isKnown = runtime.agenda.wasLookedAt && sameJson(taken, known.of(runtime.id));
  known.set(runtime.id, taken);
  if (isKnown) return;
  for (const named of new Set(taken.map((item) => item.owner))) {
    const owner = takerOf(applications, named)?.id ?? named;
    if (owner !== runtime.id && applications.has(owner)) queue.add(owner);
  }
}

/** What the plan of an application is to know of the others, see `PlanInput`. */
export async function givingAt(
  { applications, taken }: Pick<RunContext, 'applications' | 'taken'>,
  runtime: ApplicationRuntime,
  { target, inventory }: Pick<Held, 'target' | 'inventory'>,
  { expected = [], wantedBy }: Pick<PlanOptions, 'expected' | 'wantedBy'>,
): Promise<Required<Pick<PlanInput, 'takenBy' | 'givenAt' | 'fateOf'>>> {
  const at = recordsAt(target);
  const recorded = new Map<string, ReadonlySet<string>>();
  for (const { givenTo } of inventory?.entries ?? []) {
    if (givenTo === undefined || recorded.has(givenTo)) continue;
    const keys = [applications.get(givenTo)?.key, takerOf(applications, givenTo)?.key];
    const places: string[] = [];
    for (const key of new Set(keys)) {
      const record = key === undefined ? null : await target.ledger.load(key);
      for (const entry of record?.entries ?? [])
        if (entry.uid !== null) places.push(placeOf(entry));
    }
    recorded.set(givenTo, new Set(places));
  }
  let takers: ReadonlyMap<string, string> | null = null;
  const own = idsOf(applications, runtime);
  return {
    takenBy: (place) => {
      takers ??= takersOf({ applications, taken }, own, at);
      const known = takers.get(place);
      if (known !== undefined || wantedBy === undefined) return known ?? null;
      const isWanted = wantedBy.taken.some(
        (one) => own.includes(one.owner) && one.at === at && one.place === place,
      );
      return isWanted ? wantedBy.id : null;
    },
    givenAt: (place, uid) => {
      const noted = runtime.given.get(`${at} ${place}`);
      if (noted?.uid === uid) return noted.fields;
      const one = expected.find((it) => it.at === at && it.place === place && it.uid === uid);
      return one?.fields ?? null;
    },
    fateOf: ({ givenTo = '', ...entry }) => {
      const place = placeOf(entry);
      const taker = takerOf(applications, givenTo);
      // Who leaves takes nothing away that stays on another record, so that is done from here.
      const keeps = taker !== null || applications.get(givenTo)?.declared.removal === 'orphan';
      if (keeps && recorded.get(givenTo)?.has(place) === true) return { kind: 'recorded' };
      if (taker === null) return { kind: 'refused' };
      // Who cannot be prepared now has not said that it does not want it.
      const isRefused = taker.given.get(`${at} ${place}`)?.isWanted === false;
      return isRefused ? { kind: 'refused' } : { kind: 'awaited', by: taker.id };
    },
  };
}

/** Who stays, and has this name or had it before. */
export function takerOf(
  applications: RunContext['applications'],
  id: string,
): ApplicationRuntime | null {
  const taker = applications.get(id);
  if (taker?.declared.application != null) return taker;
  for (const other of applications.values())
    for (const application of other.declared.application?.previousNames ?? [])
      if (inventoryKey({ ...other.key, application }) === id) return other;
  return null;
}

/** Under which names its records may be: its own, and former ones until they have gone over to that. */
function idsOf(
  applications: RunContext['applications'],
  { id, key, declared: { application } }: ApplicationRuntime,
): readonly string[] {
  const former = (application?.previousNames ?? []).map((name) =>
    inventoryKey({ ...key, application: name }),
  );
  return [id, ...former.filter((one) => !applications.has(one))];
}

function takersOf(
  { applications, taken }: Pick<RunContext, 'applications' | 'taken'>,
  own: readonly string[],
  at: string,
): ReadonlyMap<string, string> {
  const takers = new Map<string, string>();
  // Of two that want the same, the same one has it whoever was prepared first.
  for (const other of own.flatMap((id) => [...taken.waitingFor(id)]).toSorted()) {
    if (own.includes(other) || applications.get(other)?.declared.application == null) continue;
    for (const { place, owner, ...where } of taken.of(other))
      if (own.includes(owner) && where.at === at && !takers.has(place)) takers.set(place, other);
  }
  return takers;
}

/**
 * Who takes something over need not ask a person for it: it is as it was when it was given up. After a restart it may not
 * have known that, so it is looked at again.
 */
export function noteGiven(
  { applications, queue, taken }: Context,
  runtime: ApplicationRuntime,
  target: Target,
  given: readonly Given[],
): void {
  const { id: from } = runtime;
  const own = idsOf(applications, runtime);
  for (const { place, uid, to, fields } of given) {
    const taker = takerOf(applications, to);
    if (taker === null) continue;
    const at = `${recordsAt(target)} ${place}`;
    const known = taker.given.get(at);
    const isAsked = taken
      .of(taker.id)
      .some((one) => own.includes(one.owner) && `${one.at} ${one.place}` === at);
    const isWanted = isAsked ? true : known?.uid === uid ? known.isWanted : null;
    taker.given.set(at, { uid, from, fields, isWanted });
    if (isWanted === null && known?.uid !== uid) queue.add(taker.id);
  }
}

/** What is wanted of what others give up comes out when it is prepared; who gives up what is not wanted takes it away. */
export function noteWanted(
  { queue }: Pick<RunContext, 'queue'>,
  { given }: ApplicationRuntime,
  targets: readonly Target[],
  { byTarget }: Pick<Prepared, 'byTarget'>,
): void {
  if (given.size === 0) return;
  const wanted = new Set(
    targets.flatMap((target) =>
      (byTarget.get(target.name) ?? []).map((item) => `${recordsAt(target)} ${placeOf(item)}`),
    ),
  );
  for (const [at, note] of given) {
    const isWanted = wanted.has(at);
    if (note.isWanted === isWanted) continue;
    given.set(at, { ...note, isWanted });
    if (!isWanted) queue.add(note.from);
  }
}

/** What has been recorded here leaves the record of who gave it up. */
export function noteReceived(
  { queue }: Pick<RunContext, 'queue'>,
  { given }: ApplicationRuntime,
  { targets }: PlannedRun,
): void {
  if (given.size === 0) return;
  for (const { target, inventory } of targets)
    for (const entry of inventory?.entries ?? []) {
      const at = `${recordsAt(target)} ${placeOf(entry)}`;
      const note = given.get(at);
      if (note === undefined || entry.uid === null) continue;
      given.delete(at);
      queue.add(note.from);
    }
}

/** Who waits for something that this application does not own any more, or keeps for it alone, is looked at. */
export function passOn(
  { applications, queue, taken }: Context,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): void {
  const own = idsOf(applications, runtime);
  const waiting = new Set(own.flatMap((id) => [...taken.waitingFor(id)]));
  if (waiting.size === 0) return;
  const owned = new Set(
    run.targets.flatMap(({ target, inventory, forget, given }) => {
      const free = new Set([...forget, ...given.map(({ place }) => place)]);
      const left = new Set((inventory?.entries ?? []).map(placeOf)).difference(free);
      return [...left].map((place) => `${recordsAt(target)} ${place}`);
    }),
  );
  for (const id of waiting) {
    const isFree = ({ at, place, owner }: Taken): boolean =>
      own.includes(owner) && !owned.has(`${at} ${place}`);
    if (taken.of(id).some(isFree)) queue.add(id);
  }
}
