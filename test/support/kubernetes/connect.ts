import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type {} from '../../kubernetes/setup.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Clock } from '../../../src/system/clock.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { sha256 } from '../../../src/system/hasher.ts';
import { systemRandom } from '../../../src/system/random.ts';
import { connectCluster } from '../../../src/targets/kubernetes/connect.ts';
import type { Cluster, ConnectOptions } from '../../../src/targets/kubernetes/connect.ts';
import { readSettings } from '../../../src/targets/kubernetes/settings.ts';

/** Settings of the Target beside what only a test says. */
export type Connection = Partial<Omit<ConnectOptions, 'settings'>> & {
  readonly settings?: JsonObject;
};

/** Connects as Fairlead does, by default as the administrator of the suite's cluster. Close what it gives. */
export function connect({ settings = {}, ...options }: Connection = {}): Promise<Cluster> {
  const kubeconfig = inject('cluster').kubeconfig;
  return connectCluster({
    name: 'test',
    settings: readSettings('test', { kubeconfig, ...settings }),
    clock: systemClock,
    random: systemRandom,
    hash: sha256,
    env: {},
    warn: () => {},
    ...options,
  });
}

/** What takes a minute takes a second: for timeouts, pings and pauses that are long by nature. */
export function quickClock(factor: number): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now() * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}

/** Writes a kubeconfig with one context. @returns its path */
export function writeKubeconfig(
  folder: string,
  parts: {
    readonly name?: string;
    readonly cluster: Readonly<Record<string, unknown>>;
    readonly user?: Readonly<Record<string, unknown>>;
  },
): string {
  const { name = 'kubeconfig', cluster, user = {} } = parts;
  const path = join(folder, name);
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
