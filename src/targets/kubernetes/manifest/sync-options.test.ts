import { describe, expect, test } from 'vitest';
import { readOptions } from './options.ts';
import { ignoredOptions } from './sync-options.ts';

const manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'a',
  namespace: '',
  body: {},
  origin: { file: 'app/a.yaml', line: 1 },
};
const of = (options: string, ofApplication: readonly string[] = []) =>
  readOptions(manifest, { 'argocd.argoproj.io/sync-options': options }, ofApplication);

describe('sync options', () => {
  test('say how a resource may be deleted', () => {
    expect(of('')).toMatchObject({ prune: true, deletion: null });
    expect(of('Delete=false')).toMatchObject({ prune: true, deletion: { keptOnRemoval: true } });
    expect(of('Prune=confirm, Delete=confirm').deletion).toEqual({ asks: ['prune', 'removal'] });
    expect(of('PruneLast=true,PrunePropagationPolicy=foreground').deletion).toEqual({
      last: 'deletes',
      dependents: 'first',
    });
    expect(of('Prune=false')).toMatchObject({ prune: false, deletion: null });
  });

  test('of a resource count more than those of its application', () => {
    const all = ['PruneLast=true', 'Delete=false', 'PrunePropagationPolicy=orphan'];
    expect(of('PruneLast=false,delete=TRUE', all).deletion).toEqual({ dependents: 'stay' });
  });

  test('that do what they do with Argo CD are taken without a word', () => {
    const options = [
      'Prune=confirm',
      ' validate=false',
      'ApplyOutOfSyncOnly=true',
      'RespectIgnoreDifferences=true',
      'FailOnSharedResource=true',
      'ServerSideApply=true',
      '',
    ];
    expect(ignoredOptions(options)).toEqual([]);
  });

  test('that do not are named, with what there is instead', () => {
    expect(ignoredOptions(['ServerSideApply=false', 'Delete=never', 'PruneLats=true'])).toEqual([
      'the sync option ServerSideApply=false is not followed. Everything is applied by server-side apply; Replace=true makes anew what cannot be changed.',
      'the sync option Delete=never is not followed. It may be true, false or confirm.',
      'the sync option PruneLats=true is not followed: there is no such option; did you mean PruneLast?',
    ]);
  });
});
