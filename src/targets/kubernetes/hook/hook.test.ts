import { describe, expect, test } from 'vitest';
import { readHook, waveOf } from './hook.ts';

const manifest = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: 'migrate',
  namespace: '',
  body: {},
  origin: { file: 'app/job.yaml', line: 3 },
};
const read = (annotations: Readonly<Record<string, string>>) => readHook(manifest, annotations, 3);
const argo = (hook: string, more: Readonly<Record<string, string>> = {}) =>
  read({ 'argocd.argoproj.io/hook': hook, ...more });
const helm = (hook: string, more: Readonly<Record<string, string>> = {}) =>
  read({ 'helm.sh/hook': hook, ...more });

describe('hooks', () => {
  test('of Argo CD are read with their wave and what becomes of them', () => {
    expect(argo('PreSync')).toEqual({
      kind: 'hook',
      hook: { phase: 'PreSync', order: 3, only: null, deletions: ['BeforeHookCreation'] },
    });
    const policy = { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded, HookFailed' };
    expect(argo('PostSync', policy)).toMatchObject({
      hook: { phase: 'PostSync', deletions: ['HookSucceeded', 'HookFailed'] },
    });
  });

  test('of Helm are read with their weight, and for which releases they are', () => {
    expect(helm('pre-install,pre-upgrade', { 'helm.sh/hook-weight': '-5' })).toEqual({
      kind: 'hook',
      hook: { phase: 'PreSync', order: -5, only: null, deletions: ['BeforeHookCreation'] },
    });
    expect(helm('pre-install')).toMatchObject({ hook: { only: 'install' } });
    expect(helm('post-upgrade')).toMatchObject({ hook: { phase: 'PostSync', only: 'upgrade' } });
  });

  test('that are for something else than a release are left out, and it is said unless that was asked for', () => {
    expect(argo('Skip')).toEqual({ kind: 'left-out', why: '' });
    expect(helm('test')).toEqual({ kind: 'left-out', why: '' });
    expect(argo('SyncFail')).toEqual({ kind: 'left-out', why: 'SyncFail hooks are not run' });
    expect(helm('pre-delete')).toEqual({ kind: 'left-out', why: 'pre-delete hooks are not run' });
    expect(helm('crd-install')).toEqual({ kind: 'none' });
    expect(read({})).toEqual({ kind: 'none' });
  });

  test('that there are not are refused by name', () => {
    expect(() => argo('PreSnc')).toThrow('app/job.yaml:3: Job/migrate');
    expect(() => helm('pre-install', { 'helm.sh/hook-weight': 'one' })).toThrow('whole number');
  });

  test('stand before, among and after all waves', () => {
    const hook = { order: 999_999, only: null, deletions: [] };
    expect(waveOf({ ...hook, phase: 'PreSync' })).toBeLessThan(-999_999);
    expect(waveOf({ ...hook, phase: 'Sync' })).toBe(999_999);
    expect(waveOf({ ...hook, order: -999_999, phase: 'PostSync' })).toBeGreaterThan(999_999);
  });
});
