import { describe, expect, test } from 'vitest';
import { waveOf } from './hook.ts';
import type { Hook } from './hook.ts';
import { readHooks } from './parse.ts';

const manifest = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: 'migrate',
  namespace: '',
  body: {},
  origin: { file: 'app/job.yaml', line: 3 },
};
const read = (annotations: Readonly<Record<string, string>>) => readHooks(manifest, annotations, 3);
const argo = (hook: string, more: Readonly<Record<string, string>> = {}) =>
  read({ 'argocd.argoproj.io/hook': hook, ...more });
const helm = (hook: string, more: Readonly<Record<string, string>> = {}) =>
  read({ 'helm.sh/hook': hook, ...more });

const hooks = (...parts: readonly Partial<Hook>[]) => ({
  kind: 'hooks',
  unheard: [],
  hooks: parts.map((part) => ({
    order: 0,
    events: null,
    deletions: ['BeforeHookCreation'],
    ...part,
  })),
});

describe('hooks', () => {
  test('of Argo CD are read with their wave and what becomes of them', () => {
    expect(argo('PreSync')).toEqual(hooks({ phase: 'PreSync', order: 3 }));
    const policy = { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded, HookFailed' };
    expect(argo('PostSync', policy)).toEqual(
      hooks({ phase: 'PostSync', order: 3, deletions: ['HookSucceeded', 'HookFailed'] }),
    );
    expect(argo('PreDelete')).toEqual(hooks({ phase: 'PreDelete', order: 3 }));
  });

  test('of Helm are read with their weight, and for which releases they are', () => {
    expect(helm('pre-install,pre-upgrade', { 'helm.sh/hook-weight': '-5' })).toEqual(
      hooks({ phase: 'PreSync', order: -5, events: ['install', 'upgrade'] }),
    );
    expect(helm('pre-rollback')).toEqual(hooks({ phase: 'PreSync', events: ['rollback'] }));
    expect(helm('test')).toEqual(hooks({ phase: 'Test' }));
    expect(helm('test-success,test')).toEqual(hooks({ phase: 'Test' }));
  });

  test('may run at several moments', () => {
    expect(argo('SyncFail,PostSync')).toEqual(
      hooks({ phase: 'PostSync', order: 3 }, { phase: 'SyncFail', order: 3 }),
    );
    expect(helm('pre-delete,post-install,post-delete,pre-upgrade')).toEqual(
      hooks(
        { phase: 'PreSync', events: ['upgrade'] },
        { phase: 'PostSync', events: ['install'] },
        { phase: 'PreDelete' },
        { phase: 'PostDelete' },
      ),
    );
  });

  test('are left out where that is what they ask for', () => {
    expect(argo('Skip')).toEqual(hooks());
    expect(helm('crd-install')).toEqual({ kind: 'none' });
    expect(read({})).toEqual({ kind: 'none' });
  });

  test('that there are not are told by name, those of Argo CD refused', () => {
    expect(() => argo('PreSnc')).toThrow('app/job.yaml:3: Job/migrate');
    expect(() => helm('pre-install', { 'helm.sh/hook-weight': 'one' })).toThrow('whole number');
    expect(helm('pre-instal')).toMatchObject({
      hooks: [],
      unheard: ['Helm has no hook pre-instal'],
    });
    const policy = { 'helm.sh/hook-delete-policy': 'hook-succeeded,toString' };
    expect(helm('post-upgrade', policy)).toMatchObject({
      hooks: [{ deletions: ['HookSucceeded'] }],
      unheard: [
        'helm.sh/hook-delete-policy has no toString (it has before-hook-creation, hook-succeeded, hook-failed)',
      ],
    });
  });

  test('stand before, among and after all waves', () => {
    const hook = { order: 999_999, events: null, deletions: [] };
    expect(waveOf({ ...hook, phase: 'PreSync' })).toBeLessThan(-999_999);
    expect(waveOf({ ...hook, phase: 'Sync' })).toBe(999_999);
    expect(waveOf({ ...hook, order: -999_999, phase: 'PostSync' })).toBeGreaterThan(999_999);
    const test = waveOf({ ...hook, order: -999_999, phase: 'Test' });
    expect(test).toBeGreaterThan(waveOf({ ...hook, phase: 'PostSync' }));
  });
});
