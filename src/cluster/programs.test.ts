import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, findPrograms, programCache } from './programs.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-programs-'));
  env = {
    KUBEBUILDER_ASSETS: join(folder, 'assets'),
    FAIRLEAD_KUBE_APISERVER: join(folder, 'named/server'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: join(folder, 'bin'),
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

test('a program is taken from the assets, from where its variable says, the cache, the PATH, in this order', () => {
  const find = (): string | undefined => findProgram('kube-apiserver', env);
  expect(find()).toBeUndefined();
  for (const path of [
    join(folder, 'bin/kube-apiserver'),
    join(programCache(env), 'kube-apiserver'),
    join(folder, 'named/server'),
    join(folder, 'assets/kube-apiserver'),
  ]) {
    put(path);
    expect(find()).toBe(path);
  }
});

test('what cannot be run is no program', () => {
  put(join(folder, 'bin/etcd'), 0o644);
  mkdirSync(join(folder, 'assets/etcd'), { recursive: true });
  expect(findProgram('etcd', env)).toBeUndefined();
});

test('all that is missing is named at once', () => {
  put(join(folder, 'bin/etcd'));
  expect(() => findPrograms(env)).toThrow(
    /^kube-apiserver, kube-controller-manager, kube-scheduler, kwok are neither/,
  );
});
