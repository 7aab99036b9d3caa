import { describe, expect, test } from 'vitest';
import type { Revision } from '../model/revision.ts';
import {
  absent,
  changeOf,
  found,
  inventoryOf,
  plainTraits,
  planOf,
  recorded,
  revision,
  wanted,
} from '../../test/support/resources.ts';

const item = wanted('index', { content: 'new', mode: '0644' });
const before = recorded(item, {
  digest: 'sha256:before',
  fields: { content: 'old', mode: '0644' },
});
const command = wanted(
  'migrate',
  { argv: ['up'] },
  { traits: { ...plainTraits, irreversible: true } },
);

describe('a resource that is not there', () => {
  test('and was never ours is created', () => {
    expect(changeOf({ want: item, see: absent })).toMatchObject({
      action: 'create',
      causeKind: 'source',
      cause: 'new in commit a1b2c3d4',
      uid: null,
      diff: [],
    });
  });

  test('and was ours is created again, because somebody deleted it', () => {
    expect(changeOf({ want: item, know: recorded(item) })).toMatchObject({
      action: 'create',
      causeKind: 'drift',
      cause: 'was deleted at the target',
    });
  });

  test('and has changed in Git as well is the change of that commit', () => {
    expect(changeOf({ want: item, know: before })).toMatchObject({
      action: 'create',
      causeKind: 'source',
      cause: 'changed in commit a1b2c3d4, and gone from the target',
    });
  });

  test('and was announced by a release that did not get to it is unfinished', () => {
    expect(changeOf({ want: item, know: recorded(item, { uid: null }) })).toMatchObject({
      action: 'create',
      causeKind: 'unfinished',
    });
  });

  test('and was announced as something else than what is wanted now is a new decision', () => {
    expect(changeOf({ want: item, know: { ...before, uid: null } })).toMatchObject({
      action: 'create',
      causeKind: 'source',
      cause: 'changed in commit a1b2c3d4, and not made yet',
    });
  });
});

describe('a resource that is there', () => {
  test('as it should be, and recorded as ours, needs nothing and is counted', () => {
    const plan = planOf([{ want: item, know: recorded(item), see: found(item) }]);
    expect(plan.changes).toEqual([]);
    expect(plan.counts).toMatchObject({ unchanged: 1, update: 0 });
  });

  test('is not said to be changed by a revision that somebody chose: it is as that has it', () => {
    const chosen = { chosen: true };
    const see = found(item, { fields: { content: 'old', mode: '0644' } });
    expect(changeOf({ want: item, know: before, see }, chosen).cause).toBe(
      'content as in commit a1b2c3d4',
    );
    expect(changeOf({ want: item }, chosen).cause).toBe('there in commit a1b2c3d4');
    const { changes } = planOf(
      [{ want: item }, { know: recorded(wanted('old')), see: found(wanted('old')) }],
      chosen,
    );
    expect(changes.at(-1)?.cause).toBe('not there in commit a1b2c3d4');
  });

  test('and changed in Git is updated, with the fields that differ', () => {
    const see = found(item, { fields: { content: 'old', mode: '0644' } });
    const inventory = inventoryOf([before], {
      revision: [{ source: '', commit: 'c0', tree: 't0' }],
    });
    expect(changeOf({ want: item, know: before, see }, { inventory })).toMatchObject({
      action: 'update',
      causeKind: 'source',
      cause: 'content changed in commit a1b2c3d4',
      uid: 'uid-index',
      diff: [{ path: 'content', from: 'old', to: 'new' }],
    });
  });

  test('and was changed by another source is said to be changed by the commit of that one', () => {
    const own = revision[0]!;
    const values = { source: 'values', commit: 'b'.repeat(40), tree: 'c'.repeat(40) };
    const released = [own, { ...values, commit: 'd'.repeat(40) }];
    const inventory = inventoryOf([before], { revision: released });
    const see = found(item, { fields: { content: 'old', mode: '0644' } });
    const cause = (wanting: Revision): string =>
      changeOf({ want: item, know: before, see }, { inventory, revision: wanting }).cause;
    expect(cause([own, values])).toBe('content changed in commit bbbbbbbb of values');
    const next = { ...own, commit: 'e'.repeat(40) };
    expect(cause([next, values])).toBe(
      'content changed in commit eeeeeeee and commit bbbbbbbb of values',
    );
    expect(cause([next, released[1]!])).toBe('content changed in commit eeeeeeee');
  });

  test('and changed without a commit is not said to be changed by the one that is live', () => {
    const see = found(item, { fields: { content: 'old', mode: '0644' } });
    expect(changeOf({ want: item, know: before, see })).toMatchObject({
      causeKind: 'source',
      cause: 'content changed, though not in its source',
    });
  });

  test('and was changed by somebody is drift, to be put back', () => {
    const see = found(item, { fields: { content: 'by hand', mode: '0600' } });
    expect(changeOf({ want: item, know: recorded(item), see })).toMatchObject({
      action: 'update',
      causeKind: 'drift',
      cause: 'content, mode changed at the target',
    });
  });

  test('and moved on by itself says how, beside what somebody changed', () => {
    const because = { content: 'ended with code 1' };
    const alone = found(item, { fields: { content: 'old', mode: '0644' }, because });
    expect(changeOf({ want: item, know: recorded(item), see: alone })).toMatchObject({
      causeKind: 'drift',
      cause: 'ended with code 1',
      diff: [{ path: 'content', because: 'ended with code 1' }],
    });
    const both = found(item, { fields: { content: 'old', mode: '0600' }, because });
    expect(changeOf({ want: item, know: recorded(item), see: both }).cause).toBe(
      'mode changed at the target, and ended with code 1',
    );
  });

  test('names three of many fields', () => {
    const many = wanted('many', { a: 1, b: 1, c: 1, d: 1, e: 1 });
    const see = found(many, { fields: {} });
    expect(changeOf({ want: many, know: recorded(many), see }).cause).toBe(
      'a, b, c and 2 more changed at the target',
    );
  });

  test('names a deep field by its last part: the difference beside it has the whole path', () => {
    const deep = wanted('deep', { spec: { template: { spec: { containers: { image: 'a' } } } } });
    const see = found(deep, { fields: { spec: { template: { spec: { containers: {} } } } } });
    expect(changeOf({ want: deep, know: recorded(deep), see })).toMatchObject({
      cause: 'image changed at the target',
      diff: [{ path: 'spec.template.spec.containers.image' }],
    });
  });

  test('identical and nobody’s is adopted: it becomes ours and is not touched', () => {
    const plan = planOf([{ want: item, see: found(item) }]);
    expect(plan.changes).toMatchObject([
      { action: 'adopt', causeKind: 'adopted', uid: 'uid-index', diff: [] },
    ]);
    expect(plan.warnings).toEqual([]);
  });

  test('different and nobody’s is overwritten once a person has agreed', () => {
    const plan = planOf([{ want: item, see: found(item, { fields: { content: 'theirs' } }) }]);
    expect(plan.changes).toMatchObject([{ action: 'update', causeKind: 'source' }]);
    expect(plan.guards).toEqual([
      {
        code: 'not-made-here',
        message:
          'File/index is already there and was not made by Fairlead; it would be overwritten',
      },
    ]);
  });

  test('as wanted, but not recorded so: a release ended before it was written down', () => {
    for (const know of [before, recorded(item, { uid: null }), recorded(item, { uid: 'other' })])
      expect(changeOf({ want: item, know, see: found(item) })).toMatchObject({
        action: 'adopt',
        causeKind: 'unfinished',
      });
  });
});

describe('a command', () => {
  test('whose check does not pass is run, and the plan says that it cannot be undone', () => {
    expect(changeOf({ want: command })).toMatchObject({ action: 'run', irreversible: true });
  });

  test('that changed in Git is run again', () => {
    const see = found(command, { fields: { argv: ['down'] } });
    const know = recorded(command, { digest: 'sha256:before' });
    expect(changeOf({ want: command, know, see })).toMatchObject({ action: 'run' });
  });

  test('that changed in Git and whose check does not pass is run', () => {
    const know = recorded(command, { digest: 'sha256:before' });
    expect(changeOf({ want: command, know })).toMatchObject({
      action: 'run',
      causeKind: 'source',
      cause: 'changed in commit a1b2c3d4, and its check does not pass',
    });
  });

  test('whose check fails by itself is run again, as drift', () => {
    expect(changeOf({ want: command, know: recorded(command) })).toMatchObject({
      action: 'run',
      causeKind: 'drift',
      cause: 'its check no longer passes',
    });
  });
});

describe('a resource that moves', () => {
  const old = recorded(wanted('index', item.fields, { locator: { path: '/srv/old' } }));
  const see = found(item);

  test('is made at its new place, then deleted at the old one, both under the same name', () => {
    const plan = planOf([{ want: item }, { know: old, see }]);
    expect(
      plan.changes.map(({ action, causeKind, cause, locator }) => ({
        action,
        causeKind,
        cause,
        locator,
      })),
    ).toEqual([
      {
        action: 'create',
        causeKind: 'moved',
        cause: 'moved in commit a1b2c3d4',
        locator: { path: '/srv/index' },
      },
      {
        action: 'delete',
        causeKind: 'moved',
        cause: 'moved in commit a1b2c3d4',
        locator: { path: '/srv/old' },
      },
    ]);
    expect(plan.guards).toEqual([]);
  });
});
