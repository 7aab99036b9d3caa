import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { auditEntries, openKube } from '../../../../test/support/cluster.ts';
import type { Kube, KubeObject } from '../../../../test/support/cluster.ts';
import { connect, writeKubeconfig } from '../../../../test/support/kubernetes/connect.ts';
import { openFront } from '../../../../test/support/kubernetes/front.ts';
import type { Front } from '../../../../test/support/kubernetes/front.ts';
import type { Inventory, InventoryEntry } from '../../../model/inventory.ts';
import type { Cluster } from '../connect.ts';

/** Whose records the tests write. */
export const key = { application: 'shop', environment: 'dev' };

/** An inventory of `key` that owns these. */
export function inventory(epoch: number, entries: readonly InventoryEntry[] = []): Inventory {
  return {
    formatVersion: 1,
    ...key,
    applicationUid: 'app-1',
    installation: 'here',
    repository: 'file:///repository',
    epoch,
    revision: [],
    verified: '',
    release: 'r1',
    entries,
    quarantine: [],
  };
}

/** Entries that do not pack well, 1.2 kB each; others by another seed. */
export function entries(count: number, seed = 1): readonly InventoryEntry[] {
  let state = seed;
  const digits = (): string => {
    let text = '';
    while (text.length < 600) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += state.toString(36);
    }
    return text;
  };
  return Array.from({ length: count }, (_, at) => ({
    id: { group: '', kind: 'ConfigMap', namespace: 'shop', name: `m-${at}` },
    locator: {},
    uid: `uid-${at}`,
    digest: digits(),
    fields: { data: { a: digits() } },
    wave: 0,
    traits: { workload: false, dataBearing: false, irreversible: false },
    prune: true,
  }));
}

/** The code that a promise is rejected with; `null`: it is not. */
export async function code(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => null,
    (thrown: { readonly code?: unknown }) => thrown.code,
  );
}

/** Whether one record alone is asked for. */
export function isGet(method: string, path: string): boolean {
  return method === 'GET' && /\/secrets\/fairlead-/.test(path);
}

/** A namespace of the cluster for the records of one test, and controllers that keep them there. */
export interface LedgerBench extends AsyncDisposable {
  readonly kube: Kube;
  /** Not there yet: the ledger makes it. */
  readonly namespace: string;
  /** For files of the test. */
  readonly folder: string;
  /** One more controller. `kubeconfig`: how it reaches the cluster; default: as it is reached best. */
  open(options?: {
    readonly kubeconfig?: string;
    readonly warn?: (message: string) => void;
  }): Promise<Cluster>;
  /** A proxy before the cluster that loses, refuses and holds up what it is told to. */
  overFront(): Promise<{ readonly front: Front; readonly kubeconfig: string }>;
  /** Called at the end, what came last first. */
  closing(close: () => Promise<unknown>): void;
  /** Path of the Secrets that hold records. */
  secrets(): string;
  stored(): Promise<readonly KubeObject[]>;
  /** The head of the one record that there is. */
  record(): Promise<KubeObject>;
  /** Names of the parts that there are. */
  parts(): Promise<readonly string[]>;
  /** Requests that Fairlead sent about the namespace, but for watches: "update secrets". */
  requests(): readonly string[];
}

let made = 0;

/** Makes a bench; nothing is asked of the cluster yet. */
export function createLedgerBench(): LedgerBench {
  made += 1;
  const namespace = `ledger-${process.pid.toString(36)}-${Date.now().toString(36)}-${made}`;
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-ledger-'));
  const kube = openKube();
  const opened: (() => Promise<unknown>)[] = [];
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const stored = async (): Promise<readonly KubeObject[]> => (await kube.get(secrets)).items;
  return {
    kube,
    namespace,
    folder,
    open: async ({ kubeconfig, warn = () => {} } = {}) => {
      const settings = { namespace, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
      const cluster = await connect({ settings, warn });
      opened.push(() => cluster.close());
      return cluster;
    },
    overFront: async () => {
      const front = await openFront();
      opened.push(() => front.close());
      const kubeconfig = writeKubeconfig(folder, {
        cluster: { server: front.url, 'certificate-authority-data': front.authority },
      });
      return { front, kubeconfig };
    },
    closing: (close) => {
      opened.push(close);
    },
    secrets: () => secrets,
    stored,
    record: async () => (await stored()).find(({ type }) => type === 'fairlead.dev/record'),
    parts: async () =>
      (await stored())
        .filter(({ type }) => type === 'fairlead.dev/record-part')
        .map(({ metadata }) => metadata.name as string)
        .toSorted(),
    requests: () =>
      auditEntries(inject('cluster'))
        .filter(
          ({ userAgent, objectRef, verb }) =>
            userAgent?.startsWith('fairlead/') === true &&
            verb !== 'watch' &&
            (objectRef?.namespace === namespace || objectRef?.name === namespace),
        )
        .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`),
    [Symbol.asyncDispose]: async () => {
      for (const close of opened.toReversed()) await close();
      rmSync(folder, { recursive: true });
    },
  };
}
