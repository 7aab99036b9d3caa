import type { Hasher } from '../model/digest.ts';
import { sameJson } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Action, CauseKind, Change, FieldDiff } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import type { Desired, InTheWay, Moment, Observation, Occasion } from '../model/resource.ts';
import type { Revision } from '../model/revision.ts';
import { nameNews, nameRevision } from '../model/revision.ts';
import { changeDigest, fieldsDigest } from './digest.ts';
import type { ChangeContent } from './digest.ts';
import { diffFields } from './field-diff.ts';

/** One desired resource, with what is recorded and what is live at its place. */
export interface ChangeInput {
  readonly item: Desired;
  /** What the inventory knows of what is at this very place. */
  readonly entry: InventoryEntry | null;
  /** See `Change.found`. Default false. */
  readonly isFound?: boolean;
  /** The same id at another place: the resource moves. */
  readonly movedFrom: InventoryEntry | null;
  /** Another id of ours that nobody wants any more, and that is the very thing that is here: it is renamed. */
  readonly renamedFrom: InventoryEntry | null;
  /** Given up by another application: the fields as that one applied them last. */
  readonly given: JsonObject | null;
  readonly observation: Observation;
  readonly targetUid: string;
  readonly revision: Revision;
  /** What the last release that ended well was of. Default: nobody knows. */
  readonly inventory?: Pick<Inventory, 'revision'> | null;
  /** See `PlanInput.chosen`. */
  readonly chosen?: boolean | undefined;
  readonly hash: Hasher;
}

/** The change that one desired resource needs; `null` when it is as it should be and recorded as ours. */
export function planChange(input: ChangeInput): Change | null {
  const { item, entry, observation } = input;
  if (observation.kind !== 'present') {
    return make(
      input,
      item.traits.irreversible ? 'run' : 'create',
      null,
      sinceLastRun(input),
      causeOfAbsence(input),
    );
  }
  const { live } = observation;
  if (live.unasked === true) return runIfNeeded(input, 'not checked');
  const texts = { desired: item.texts, live: live.texts };
  const applied = live.owned ?? lastApplied(input);
  const diff = diffFields(item.fields, live.fields, applied, texts).map((field) => {
    const because = live.because?.[field.path];
    const heldBy = live.heldBy?.[field.path];
    return { ...field, ...(because && { because }), ...(heldBy && { heldBy }) };
  });
  if (diff.length > 0) {
    const cause = causeOfDifference(input, diff);
    if (live.immutable !== undefined && item.replaceable === true) {
      const words = `${cause.words}; ${live.immutable}, so it is made anew`;
      return make(input, 'replace', live.uid, diff, { ...cause, words });
    }
    return make(input, item.traits.irreversible ? 'run' : 'update', live.uid, diff, cause);
  }
  const recorded =
    entry !== null &&
    entry.uid === live.uid &&
    entry.digest === fieldsDigest(input.hash, item.fields);
  if (recorded) return null;
  const cause: Cause =
    item.occasion !== undefined
      ? causeOfRecord(input, item.occasion)
      : input.renamedFrom !== null
        ? renamed(input.renamedFrom, input)
        : entry === null
          ? {
              kind: 'adopted',
              words: 'already there and identical; becomes ours, nothing is touched',
            }
          : {
              kind: 'unfinished',
              words: 'already as wanted; only the record is brought up to date',
            };
  return make(input, 'adopt', live.uid, sinceLastRun(input), cause);
}

/**
 * The fields as they were applied last, whoever did: what is among them and not wanted any more is taken away. What is only
 * announced was applied by nobody here.
 */
function lastApplied({ entry, given, renamedFrom }: ChangeInput): JsonObject | null {
  if (entry !== null && entry.uid !== null) return entry.fields;
  return given ?? (renamedFrom ?? entry)?.fields ?? null;
}

/** What is otherwise in something that is run than it was when it was recorded last: for who reviews it. */
function sinceLastRun({ item, entry }: ChangeInput): readonly FieldDiff[] {
  const { occasion } = item;
  if (occasion === undefined || entry === null) return [];
  const without = ({ [occasion.member]: _member, ...fields }: JsonObject): JsonObject => fields;
  const before = without(entry.fields);
  return diffFields(without(item.fields), before, before);
}

/** Something that does not run with this release, but is to be known. */
function causeOfRecord({ item, entry, hash }: ChangeInput, { moment, words }: Occasion): Cause {
  const isNew = entry === null || entry.digest !== fieldsDigest(hash, item.fields);
  return { kind: isNew ? 'source' : 'unfinished', words: `${words}, ${whenRun[moment]}` };
}

const whenRun: Readonly<Record<Moment, string>> = {
  release: 'not for this release',
  failure: 'runs when a release fails',
  'before-removal': 'kept for when the application is removed',
  'after-removal': 'kept for when the application is removed',
};

/** What is run if this release fails. */
export function planOnFailure(input: ChangeInput): Change {
  const words = `${input.item.occasion?.words}, runs only if this release fails`;
  return make(input, 'run', null, [], { kind: 'source', words });
}

/** What is run before or after everything goes. `uid` in the record says that it has run already. */
export function planOnRemoval(input: ChangeInput, isLeftOut: boolean): Change {
  const { occasion } = input.item;
  if (isLeftOut) return leaveOut(input);
  const when = occasion?.moment === 'after-removal' ? 'after everything is' : 'before anything is';
  const words = `${occasion?.words}, runs ${when} deleted`;
  return make(input, 'run', input.entry?.uid ?? null, [], { kind: 'source', words });
}

/** What a person asks for by itself, whatever has run before. */
export function planOnDemand(input: ChangeInput): Change {
  const words = `${input.item.occasion?.words}, asked for by itself`;
  return make(input, 'run', null, [], { kind: 'source', words });
}

/** What was to be run then and is given up. Its digest is another one: a yes to the run is none to going on without it. */
function leaveOut(input: ChangeInput): Change {
  const { item, entry, targetUid, hash } = input;
  const words = `${item.occasion?.words}, left out: it does not run, and nothing waits for it`;
  const change = make(input, 'run', entry?.uid ?? null, [], { kind: 'source', words });
  const { displaces: _kept, ...rest } = change;
  const { id, locator, fields, wave } = item;
  const content = { targetUid, action: 'run', id, locator, fields, wave, uid: null } as const;
  const digest = changeDigest(hash, { ...content, leftOut: true });
  return { ...rest, cause: words, irreversible: false, leftOut: true, digest };
}

/** The change of what may have to be run and may not; whether it has to is asked when it is its turn. */
export function runIfNeeded(input: ChangeInput, why: string): Change {
  const { observation } = input;
  const uid = observation.kind === 'present' ? observation.live.uid : null;
  const words = `${why}; runs if its check does not pass`;
  return make(input, 'run', uid, [], { kind: 'if-needed', words });
}

function renamed(from: InventoryEntry, input: ChangeInput): Cause {
  const where = said(input, 'in', 'as in');
  const words = `renamed from ${showResource(from.id)} ${where}; nothing is touched`;
  return { kind: 'moved', words };
}

/** What a revision did, or, where it was chosen, what it is like: it need not be the one that did it. */
export function said(
  { revision, inventory, chosen }: Pick<ChangeInput, 'revision' | 'inventory' | 'chosen'>,
  did: string,
  isLike: string,
): string {
  if (chosen === true) return `${isLike} ${nameRevision(revision)}`;
  // Of several sources, those that moved on since.
  return `${did} ${nameNews(revision, inventory?.revision ?? null)}`;
}

interface Cause {
  readonly kind: CauseKind;
  readonly words: string;
}

function causeOfAbsence(input: ChangeInput): Cause {
  const { item, entry, movedFrom, hash } = input;
  if (item.occasion !== undefined) {
    const isDue = entry === null || entry.digest !== fieldsDigest(hash, item.fields);
    const { words } = item.occasion;
    return isDue
      ? { kind: 'source', words: `${words}, runs with ${nameRevision(input.revision)}` }
      : { kind: 'unfinished', words: `${words}, was not seen to end well` };
  }
  if (movedFrom !== null) return { kind: 'moved', words: said(input, 'moved in', 'elsewhere in') };
  if (entry === null) return { kind: 'source', words: said(input, 'new in', 'there in') };
  const isMade = entry.uid !== null;
  if (entry.digest !== fieldsDigest(hash, item.fields)) {
    const gone = item.traits.irreversible ? 'its check does not pass' : 'gone from the target';
    return {
      kind: 'source',
      words: `${said(input, 'changed in', 'otherwise in')}, and ${isMade ? gone : 'not made yet'}`,
    };
  }
  if (!isMade) return { kind: 'unfinished', words: 'an earlier release did not get to it' };
  return item.traits.irreversible
    ? { kind: 'drift', words: 'its check no longer passes' }
    : { kind: 'drift', words: 'was deleted at the target' };
}

function causeOfDifference(input: ChangeInput, diff: readonly FieldDiff[]): Cause {
  const { item, entry, renamedFrom, revision, hash } = input;
  const fields = nameFields(diff);
  if (entry === null && renamedFrom !== null)
    return {
      kind: 'moved',
      words: `renamed from ${showResource(renamedFrom.id)}, and ${fields} ${said(input, 'changed in', 'as in')}`,
    };
  if (entry === null)
    return {
      kind: 'source',
      words: `there already, but ${fields} not as in ${nameRevision(revision)}`,
    };
  if (entry.digest !== fieldsDigest(hash, item.fields)) {
    return { kind: 'source', words: `${fields} ${howChanged(input)}` };
  }
  const changed = diff.filter(({ because }) => because === undefined);
  const reasons = diff.flatMap(({ because }) => because ?? []);
  const words = changed.length === 0 ? [] : [`${nameFields(changed)} changed at the target`];
  return { kind: 'drift', words: [...words, ...reasons].join(', and ') };
}

/** A secret, what was looked up, or the configuration in another repository changes what is wanted with no commit here. */
function howChanged(input: ChangeInput): string {
  const { revision, inventory, chosen } = input;
  const isSame = chosen !== true && inventory != null && sameJson(inventory.revision, revision);
  return isSame ? 'changed, though not in its source' : said(input, 'changed in', 'as in');
}

function nameFields(diff: readonly FieldDiff[]): string {
  const names = diff.slice(0, 3).map((field) => shortPath(field.path));
  return diff.length > 3 ? `${names.join(', ')} and ${diff.length - 3} more` : names.join(', ');
}

/** A sentence with whole paths of deep fields would not fit a line; the field itself tells which one it is. */
const longestPath = 30;

/** A deep path by its last part: `image` of `spec.template.spec.containers[name=web].image`. */
function shortPath(path: string): string {
  if (path.length <= longestPath) return path;
  return /[^.[\]]+$/.exec(path)?.[0] ?? path;
}

function make(
  input: ChangeInput,
  action: Action,
  uid: string | null,
  diff: readonly FieldDiff[],
  cause: Cause,
): Change {
  const { item } = input;
  const held = diff.filter(({ heldBy }) => heldBy !== undefined).map(({ path }) => path);
  const moment = item.occasion?.moment ?? 'release';
  const isAside = action === 'run' && moment !== 'release';
  const takesOver = held.length === 0 ? undefined : held.toSorted();
  const content: ChangeContent = {
    targetUid: input.targetUid,
    action,
    id: item.id,
    locator: item.locator,
    fields: item.fields,
    wave: item.wave,
    uid: action === 'replace' ? uid : null,
    takesOver,
  };
  const digest = changeDigest(input.hash, content);
  const obstacle = action === 'run' && moment !== 'failure' ? obstacleIn(input.observation) : null;
  return {
    action,
    id: item.id,
    cause:
      obstacle === null
        ? cause.words
        : `${cause.words}; what is there under its name, ${obstacle.words}, is deleted first`,
    causeKind: cause.kind,
    wave: item.wave,
    rank: item.rank ?? 0,
    locator: item.locator,
    diff,
    uid,
    irreversible: item.traits.irreversible && action === 'run',
    ...(isAside && { moment }),
    ...(input.isFound === true && { found: true as const }),
    ...(takesOver && { takesOver }),
    ...(obstacle && {
      displaces: { uid: obstacle.uid, words: obstacle.words, digestAfter: digest },
    }),
    digest:
      obstacle === null
        ? digest
        : changeDigest(input.hash, { ...content, displaces: obstacle.uid }),
  };
}

/** What is under the name of something that is to be run, and is not it. */
export function obstacleIn(observation: Observation): InTheWay | null {
  switch (observation.kind) {
    case 'present':
      return observation.live.inTheWay ?? null;
    case 'absent':
      return observation.inTheWay ?? null;
    case 'unreadable':
      return null;
  }
}
