import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { auditEntries, openKube } from '../../../../test/support/cluster.ts';
import type { Kube, KubeObject } from '../../../../test/support/cluster.ts';
import { connect, writeKubeconfig } from '../../../../test/support/kubernetes/connect.ts';
import { openFront } from '../../../../test/support/kubernetes/front.ts';
import { openWire } from '../../../../test/support/kubernetes/wire.ts';
import { until } from '../../../../test/support/program.ts';
import type { Hold, Inventory, InventoryEntry } from '../../../model/inventory.ts';
import type { Clock } from '../../../system/clock.ts';
import { systemClock } from '../../../system/clock.ts';
import type { Cluster } from '../connect.ts';

const key = { application: 'shop', environment: 'dev' };

let kube: Kube;
let namespace: string;
let folder: string;
let made = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  kube = openKube();
});

beforeEach(() => {
  made += 1;
  // Not there yet: the ledger makes it.
  namespace = `ledger-${process.pid.toString(36)}-${Date.now().toString(36)}-${made}`;
  folder = mkdtempSync(join(tmpdir(), 'fairlead-ledger-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

async function open(
  options: { readonly kubeconfig?: string; readonly warn?: (message: string) => void } = {},
): Promise<Cluster> {
  const { kubeconfig, warn = () => {} } = options;
  const settings = { namespace, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
  const cluster = await connect({ settings, warn });
  closing.push(() => cluster.close());
  return cluster;
}

function inventory(epoch: number, entries: readonly InventoryEntry[] = []): Inventory {
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

/** Entries that do not pack well. */
function entries(count: number, seed = 1): readonly InventoryEntry[] {
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

const hold: Hold = {
  key,
  kind: 'freeze',
  revision: null,
  reason: 'maintenance',
  by: 'ada',
  atMs: 1,
  expiresAtMs: null,
};

const secrets = (): string => `/api/v1/namespaces/${namespace}/secrets`;
const stored = async (): Promise<readonly KubeObject[]> => (await kube.get(secrets())).items;
const record = async (): Promise<KubeObject> =>
  (await stored()).find(({ type }) => type === 'fairlead.dev/record');

/** Parts of records that are there. */
const parts = async (): Promise<readonly string[]> =>
  (await stored())
    .filter(({ type }) => type === 'fairlead.dev/record-part')
    .map(({ metadata }) => metadata.name as string)
    .toSorted();

/** As time goes by for the ledger alone. */
function laterClock(): Clock & { later(ms: number): void } {
  let offsetMs = 0;
  return {
    ...systemClock,
    monotonicMs: () => systemClock.monotonicMs() + offsetMs,
    later: (ms) => {
      offsetMs += ms;
    },
  };
}

async function code(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => null,
    (thrown: { readonly code?: unknown }) => thrown.code,
  );
}

/** Requests that Fairlead sent about the namespace of this test, but for watches. */
function requests(): readonly string[] {
  return auditEntries(inject('cluster'))
    .filter(
      ({ userAgent, objectRef, verb }) =>
        userAgent?.startsWith('fairlead/') === true &&
        verb !== 'watch' &&
        (objectRef?.namespace === namespace || objectRef?.name === namespace),
    )
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
}

async function overFront() {
  const front = await openFront();
  closing.push(() => front.close());
  const kubeconfig = writeKubeconfig(folder, {
    cluster: { server: front.url, 'certificate-authority-data': front.authority },
  });
  return { front, kubeconfig };
}

describe('requests', () => {
  test('are one for each write, and none to look', async () => {
    const { ledger } = await open();
    await ledger.load(key);
    await ledger.save(key, inventory(1), null);
    for (let epoch = 1; epoch <= 5; epoch++) {
      await ledger.load(key);
      await ledger.loadHold(key);
      await ledger.save(key, inventory(epoch + 1), epoch);
      await ledger.owner('/ConfigMap/shop/a');
      await ledger.list();
    }
    expect(requests()).toEqual([
      // Nobody had made the namespace.
      'create secrets',
      'create namespaces',
      'get secrets',
      'create secrets',
      ...Array.from({ length: 5 }, () => 'update secrets'),
    ]);
  });

  test('look where no watch can be had', async () => {
    const { front, kubeconfig } = await overFront();
    front.rule(({ path }) => (path.includes('watch=true') ? { status: 503 } : 'pass'));
    const { ledger } = await open({ kubeconfig });
    const other = await open();
    await other.ledger.save(key, inventory(1), null);
    expect((await ledger.load(key))?.epoch).toBe(1);
    await other.ledger.save(key, inventory(2), 1);
    expect((await ledger.load(key))?.epoch).toBe(2);
    expect(await ledger.list()).toEqual([key]);
    await ledger.save(key, inventory(3), 2);
    await until('the other sees it', async () => (await other.ledger.load(key))?.epoch === 3);
  });
});

test('what must not be overtaken is no look at a watch that is behind', async () => {
  const { front, kubeconfig } = await overFront();
  const { ledger } = await open({ kubeconfig });
  await ledger.save(key, inventory(1), null);
  const gets = (): number => front.asked.filter(({ method, path }) => isGet(method, path)).length;
  await until('it watches', async () => {
    const before = gets();
    await ledger.load(key);
    return gets() === before;
  });
  const other = await open();
  front.mute(({ path }) => path.includes('watch=true'));
  await other.ledger.save(key, inventory(2), 1);
  // Its connection lives, and tells of nothing.
  expect((await ledger.load(key))?.epoch).toBe(1);
  expect((await ledger.load(key, { provenWithinMs: 600_000 }))?.epoch).toBe(1);
  const before = gets();
  const looks = Array.from({ length: 5 }, () => ledger.load(key, { provenWithinMs: 0 }));
  expect((await Promise.all(looks)).map((one) => one?.epoch)).toEqual([2, 2, 2, 2, 2]);
  expect(gets() - before).toBe(1);
  front.mute(null);
  await ledger.save(key, inventory(3), 2);
  expect((await ledger.load(key, { provenWithinMs: 600_000 }))?.epoch).toBe(3);
});

/** Whether one record alone is asked for. */
function isGet(method: string, path: string): boolean {
  return method === 'GET' && /\/secrets\/fairlead-/.test(path);
}

describe('an inventory too large for one object', () => {
  const large = inventory(1, entries(3_000));

  test('is kept in parts, and changes from one state to the next at once', async () => {
    const { ledger } = await open();
    await ledger.save(key, large, null);
    const before = await stored();
    expect(before.length).toBeGreaterThan(2);
    const other = await open();
    expect(await other.ledger.load(key)).toEqual(large);
    const next = { ...large, epoch: 2, entries: entries(3_000, 2) };
    await ledger.save(key, next, 1);
    await until('the other sees it', async () => (await other.ledger.load(key))?.epoch === 2);
    expect(await other.ledger.load(key)).toEqual(next);
    const after = await stored();
    const old = before.filter(({ type }) => type === 'fairlead.dev/record-part');
    expect(after.map(({ metadata }) => metadata.uid)).not.toEqual(
      expect.arrayContaining([old[0]!.metadata.uid]),
    );
    await ledger.save(key, inventory(3), 2);
    expect(await stored()).toHaveLength(1);
    await ledger.remove(key, 3);
    expect(await stored()).toHaveLength(0);
  });

  test('is whole where its former parts cannot be taken away', async () => {
    const { front, kubeconfig } = await overFront();
    const { ledger } = await open({ kubeconfig });
    await ledger.save(key, large, null);
    front.rule(({ method }) => (method === 'DELETE' ? { status: 500 } : 'pass'));
    await ledger.save(key, inventory(2, entries(3_000, 2)), 1);
    front.rule(() => 'pass');
    expect((await (await open()).ledger.load(key))?.epoch).toBe(2);
    await ledger.remove(key, 2);
    expect(await ledger.load(key)).toBeNull();
  });

  test('is damaged, not empty, when a part is missing or is another', async () => {
    const { ledger } = await open();
    await ledger.save(key, large, null);
    const parts = (await stored()).filter(({ type }) => type === 'fairlead.dev/record-part');
    await kube.delete(`${secrets()}/${parts[0]!.metadata.name}`);
    const fresh = await open();
    expect(await code(fresh.ledger.load(key))).toBe('target.inventory-unreadable');
    expect(await code(fresh.ledger.save(key, inventory(2), 1))).toBe('target.inventory-unreadable');
    await kube.post(secrets(), {
      ...parts[0],
      metadata: { name: parts[0]!.metadata.name },
      data: { body: parts[1]!.data.body },
    });
    expect(await code((await open()).ledger.load(key))).toBe('target.inventory-unreadable');
  });

  test.each([
    ['is replaced by who knows of that', 2, null],
    ['is in conflict with who does not', 1, 'target.inventory-conflict'],
  ])(
    'that watching has as it was before somebody replaced it, parts and all, is not damaged: it %s',
    async (_, expected, error) => {
      const other = await open();
      await other.ledger.save(key, large, null);
      const { front, kubeconfig } = await overFront();
      const { ledger } = await open({ kubeconfig });
      const gets = (): number =>
        front.asked.filter(({ method, path }) => isGet(method, path)).length;
      // Not the record itself: what was read of it once would be known without its parts.
      await until('it watches', async () => {
        const before = gets();
        await ledger.load({ ...key, application: 'nobody' });
        return gets() === before;
      });
      front.mute(({ path }) => path.includes('watch=true'));
      const next = { ...large, epoch: 2, entries: entries(3_000, 2) };
      await other.ledger.save(key, next, 1);
      expect(await code(ledger.save(key, inventory(3), expected))).toBe(error);
      const now = await (await open()).ledger.load(key);
      expect(now).toEqual(error === null ? inventory(3) : next);
    },
  );

  test('leaves no parts behind when somebody else was quicker', async () => {
    const { ledger } = await open();
    await ledger.save(key, inventory(1), null);
    expect(await code(ledger.save(key, { ...large, epoch: 8 }, 7))).toBe(
      'target.inventory-conflict',
    );
    expect(await stored()).toHaveLength(1);
  });
});

describe('what others do to a record', () => {
  test('by its labels and annotations changes nothing', async () => {
    const { ledger } = await open();
    await ledger.save(key, inventory(1), null);
    const { metadata } = await record();
    await kube.patch(`${secrets()}/${metadata.name}`, {
      metadata: { labels: null, annotations: null },
    });
    const fresh = await open();
    expect((await fresh.ledger.load(key))?.epoch).toBe(1);
    expect(await fresh.ledger.list()).toEqual([key]);
    await ledger.save(key, inventory(2), 1);
  });

  test.each(['head', 'body'])('by flipping a bit of its %s is damage', async (part) => {
    const { ledger } = await open();
    await ledger.save(key, inventory(1), null);
    const { metadata, data } = await record();
    const bytes = Buffer.from(data[part], 'base64');
    const at = part === 'head' ? bytes.indexOf('"epoch":1') + 8 : bytes.length - 12;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await kube.patch(`${secrets()}/${metadata.name}`, {
      data: { [part]: bytes.toString('base64') },
    });
    const fresh = await open();
    expect(await code(fresh.ledger.load(key))).toBe('target.inventory-unreadable');
    expect(await code(fresh.ledger.save(key, inventory(2), 1))).toBe('target.inventory-unreadable');
    await until(
      'the one that wrote it sees it, too',
      async () => (await code(ledger.load(key))) === 'target.inventory-unreadable',
    );
  });

  test('by copying it to the name of another is damage', async () => {
    const { ledger } = await open();
    const other = { application: 'blog', environment: 'dev' };
    await ledger.save(key, inventory(1), null);
    const { data } = await record();
    await ledger.save(other, { ...inventory(1), application: 'blog' }, null);
    const copied = (await stored()).find(({ metadata }) => metadata.name.includes('blog'))!;
    await kube.patch(`${secrets()}/${copied.metadata.name}`, { data });
    expect(await code((await open()).ledger.load(other))).toBe('target.inventory-unreadable');
  });

  test('by deleting it is told, and is not taken for nothing', async () => {
    const warnings: string[] = [];
    const { ledger } = await open({ warn: (message) => warnings.push(message) });
    await ledger.save(key, inventory(1), null);
    const told: unknown[] = [];
    ledger.onForeignWrite((what, whose) => told.push([what, whose]));
    await kube.delete(`${secrets()}/${(await record()).metadata.name}`);
    await until('it is told', async () => told.length > 0);
    expect(told).toEqual([['inventory', key]]);
    expect(warnings.join()).toContain('the inventory of shop@dev');
    expect(await ledger.load(key)).toBeNull();
    expect(await code(ledger.save(key, inventory(2), 1))).toBe('target.inventory-conflict');
  });

  test('by deleting the namespace is told as that', async () => {
    const { ledger } = await open();
    await ledger.save(key, inventory(1), null);
    await kube.post(secrets(), { metadata: { name: 'stays', finalizers: ['example.com/held'] } });
    await kube.delete(`/api/v1/namespaces/${namespace}`);
    await until('the record is gone', async () => (await ledger.load(key)) === null);
    expect(await code(ledger.save(key, inventory(1), null))).toBe(
      'kubernetes.namespace-terminating',
    );
    await kube.patch(`${secrets()}/stays`, { metadata: { finalizers: null } });
    await until(
      'the namespace is gone',
      async () => (await kube.find(`/api/v1/namespaces/${namespace}`)) === null,
    );
    await ledger.save(key, inventory(1), null);
    expect((await ledger.load(key))?.epoch).toBe(1);
  });
});

describe('a write', () => {
  test('whose answer was lost is looked for, and holds', async () => {
    const { front, kubeconfig } = await overFront();
    const { ledger } = await open({ kubeconfig });
    await ledger.save(key, inventory(1), null);
    let left = 1;
    front.rule(({ method }) => (method === 'PUT' && left-- > 0 ? 'lose-answer' : 'pass'));
    await ledger.save(key, inventory(2), 1);
    expect(front.asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    expect((await (await open()).ledger.load(key))?.epoch).toBe(2);
  });

  test('of one who slept is refused, and a look after the sleep is not of before it', async () => {
    const { url, kubeconfig } = inject('cluster');
    const wire = await openWire(url);
    closing.push(() => wire.close());
    const config: KubeObject = JSON.parse(readFileSync(kubeconfig, 'utf8'));
    const path = writeKubeconfig(folder, {
      cluster: { ...config.clusters[0].cluster, server: `https://127.0.0.1:${wire.port}` },
      user: config.users[0].user,
    });
    const sleeper = await open({ kubeconfig: path });
    await sleeper.ledger.save(key, inventory(1), null);
    const other = await open();
    wire.freeze();
    await other.ledger.save(key, inventory(2), 1);
    // Longer than what was heard last counts.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    wire.thaw();
    expect((await sleeper.ledger.load(key))?.epoch).toBe(2);
    expect(await code(sleeper.ledger.save(key, inventory(2), 1))).toBe('target.inventory-conflict');
  });

  test('of many at once comes through exactly once', async () => {
    const writers = [await open(), await open(), await open()];
    await writers[0]!.ledger.save(key, inventory(1), null);
    const results = await Promise.allSettled(
      writers.flatMap(({ ledger }) => [1, 2, 3].map(() => ledger.save(key, inventory(2), 1))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('holds are told when somebody else sets or ends them, not when we do', async () => {
  const { ledger } = await open();
  const told: unknown[] = [];
  await ledger.listHolds();
  ledger.onForeignWrite((what, whose) => told.push([what, whose]));
  await ledger.saveHold(key, { ...hold, reason: 'ours' });
  const other = await open();
  await other.ledger.saveHold(key, hold);
  await until('it is told', async () => told.length === 1);
  expect(await ledger.loadHold(key)).toEqual(hold);
  expect(await ledger.listHolds()).toEqual([hold]);
  await other.ledger.saveHold(key, null);
  await until('its end is told', async () => told.length === 2);
  expect(await ledger.loadHold(key)).toBeNull();
  await ledger.saveHold(key, null);
  expect(told).toEqual([
    ['hold', key],
    ['hold', key],
  ]);
});

test('a hold that cannot be read holds, and can be ended', async () => {
  const { ledger } = await open();
  await ledger.saveHold(key, hold);
  await kube.patch(`${secrets()}/${(await record()).metadata.name}`, {
    data: { body: Buffer.from('nonsense').toString('base64') },
  });
  const fresh = await open();
  expect(await fresh.ledger.listHolds()).toMatchObject([{ key, kind: 'freeze', by: 'fairlead' }]);
  expect(await code(fresh.ledger.loadHold(key))).toBe('target.inventory-unreadable');
  await fresh.ledger.saveHold(key, null);
  expect(await fresh.ledger.listHolds()).toEqual([]);
});

test('knows whose an object is, also what another controller wrote since', async () => {
  const { ledger } = await open();
  const [entry] = entries(1);
  const resource = '/ConfigMap/shop/m-0';
  expect(await ledger.owner(resource)).toBeNull();
  const other = await open();
  await other.ledger.save(key, inventory(1, [entry!]), null);
  await until('it is known', async () => (await ledger.owner(resource)) !== null);
  expect(await ledger.owner(resource)).toEqual({ key, applicationUid: 'app-1' });
  await other.ledger.save(key, inventory(2, []), 1);
  await until('it is free', async () => (await ledger.owner(resource)) === null);
});

test('what the watch tells late of a record that we removed is no news, and brings it not back', async () => {
  const { front, kubeconfig } = await overFront();
  const warnings: string[] = [];
  const { ledger } = await open({ kubeconfig, warn: (message) => warnings.push(message) });
  const told: string[] = [];
  ledger.onForeignWrite((what, { application }) => told.push(`${what} of ${application}`));
  await ledger.save({ ...key, application: 'before' }, inventory(1), null);
  front.mute(({ path }) => path.includes('watch=true'));
  await ledger.save(key, inventory(1), null);
  await ledger.save(key, inventory(2), 1);
  await ledger.remove(key, 2);
  const other = await open();
  await other.ledger.save({ ...key, application: 'after' }, inventory(1), null);
  front.mute(null);
  await until('the watch has caught up', () =>
    Promise.resolve(told.includes('inventory of after')),
  );
  expect(told).toEqual(['inventory of after']);
  expect(warnings.filter((warning) => warning.includes('somebody else'))).toEqual([]);
  expect(await ledger.load(key)).toBeNull();
  // Made anew, by whomever, it counts.
  await other.ledger.save(key, inventory(1), null);
  await until('it is there', async () => (await ledger.load(key))?.epoch === 1);
});

test('of two applications that announced an object, the one that made it owns it, also for who starts later', async () => {
  const { ledger } = await open();
  const [made] = entries(1);
  const announced = { ...made!, uid: null };
  const resource = '/ConfigMap/shop/m-0';
  const applications = ['a', 'b', 'c', 'd', 'e'];
  for (const application of applications) {
    const entry = application === 'c' ? made! : announced;
    const record = { ...inventory(1, [entry]), application, applicationUid: application };
    await ledger.save({ ...key, application }, record, null);
  }
  for (const _ of applications) {
    const later = await open();
    expect((await later.ledger.owner(resource))?.applicationUid).toBe('c');
  }
});

describe('parts that a controller left which ended in the middle', () => {
  const hour = 3_600_001;

  test('go once their record is gone, and those of others stay, also of one that cannot be read', async () => {
    const clock = laterClock();
    const cluster = await connect({ settings: { namespace }, clock, recordPartBytes: 2_000 });
    closing.push(() => cluster.close());
    const { ledger } = cluster;
    const other = { ...key, application: 'other' };
    const damaged = { ...key, application: 'damaged' };
    for (const of of [key, other, damaged])
      await ledger.save(of, { ...inventory(1, entries(10)), ...of }, null);
    const named = (application: string) => async (): Promise<readonly string[]> =>
      (await parts()).filter((name) => name.includes(`-${application}-`));
    const [ofShop, ofOther, ofDamaged] = [named('shop'), named('other'), named('damaged')];
    const before = [await ofOther(), await ofDamaged()];
    expect((await ofShop()).length).toBeGreaterThan(1);
    // Where a controller ends between the record and its parts.
    const heads = (await stored()).filter(({ type }) => type === 'fairlead.dev/record');
    const head = (application: string): KubeObject =>
      heads.find(({ metadata }) => metadata.name.includes(`-${application}-`))!;
    await kube.delete(`${secrets()}/${head('shop').metadata.name}`);
    await kube.patch(`${secrets()}/${head('damaged').metadata.name}`, {
      data: { head: Buffer.from('nonsense').toString('base64') },
    });
    await ledger.list();
    clock.later(hour);
    await ledger.list();
    expect((await ofShop()).length).toBeGreaterThan(1);
    await ledger.list();
    expect((await ofShop()).length).toBeGreaterThan(1);
    clock.later(hour);
    await ledger.list();
    expect(await ofShop()).toEqual([]);
    expect([await ofOther(), await ofDamaged()]).toEqual(before);
    expect((await ledger.load(other))?.entries).toHaveLength(10);
  });
});
