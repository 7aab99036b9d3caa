import { expect, test } from 'vitest';
import { parseResourceKey, resourceKey, showResource } from './resource.ts';
import { sameRevision, showRevision } from './revision.ts';

test('a resource id is a key and back', () => {
  for (const id of [
    { group: '', kind: 'Service', namespace: 'shop', name: 'web' },
    { group: 'host.fairlead.dev', kind: 'File', namespace: '', name: 'index' },
  ])
    expect(parseResourceKey(resourceKey(id))).toEqual(id);
});

test('a resource is shown with its namespace where it has one', () => {
  expect(showResource({ group: '', kind: 'File', namespace: '', name: 'a' })).toBe('File/a');
  expect(showResource({ group: '', kind: 'Pod', namespace: 'n', name: 'a' })).toBe('n/Pod/a');
});

test('revisions are the same when all their commits are', () => {
  const part = (source: string, commit: string) => ({ source, commit, tree: 't' });
  expect(sameRevision([part('', 'a')], [{ ...part('', 'a'), tree: 'other' }])).toBe(true);
  expect(sameRevision([part('', 'a')], [part('', 'b')])).toBe(false);
  expect(sameRevision([part('', 'a')], [part('', 'a'), part('lib', 'b')])).toBe(false);
  expect(sameRevision([part('x', 'a')], [part('y', 'a')])).toBe(false);
  expect(showRevision([])).toBe('none');
});
