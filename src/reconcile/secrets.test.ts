import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';

const shop = { application: 'shop', environment: 'dev' };

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

test('invariant 7: a secret stands in its file, and nowhere else: not in store, API, events, errors, ledger or mirror', async () => {
  const logged: string[] = [];
  await using bench = await createEngineBench({
    env: { TOKEN: 'hunter2' },
    log: (...said) => logged.push(JSON.stringify(said)),
  });
  const manifest = JSON.parse(bench.file('a', '')) as { spec: Record<string, unknown> };
  const secret = JSON.stringify({
    ...manifest,
    spec: { path: bench.path('a'), contentFrom: { fromEnv: 'TOKEN' } },
  });
  const revision = await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': secret,
    'shop/b.yaml': bench.file('b', '1'),
  });
  expect(bench.read('a')).toBe('hunter2');
  // Drift, a refused change, and a change that fails in the middle.
  await bench.edit('a', 'hunter3');
  await bench.look('shop@dev');
  expect(bench.read('a')).toBe('hunter2');
  await bench.push({ 'shop/a.yaml': secret.replace('TOKEN', 'MISSING') });
  await bench.edit('a', 'hunter4');
  const preview = await bench.api.plan({ ...shop, revision });
  await bench.look('shop@dev');

  const shown = JSON.stringify([
    preview,
    logged,
    await bench.api.status(),
    await bench.api.application(shop),
    await bench.api.render({ ...shop, revision }),
    await bench.store.releases({}),
    await bench.api.events({ afterSeq: 0, limit: 1_000 }),
  ]);
  expect(shown).toContain('$sealed');
  expect(shown).not.toContain('hunter');
  const kept = filesBelow(bench.folder).filter((path) => path !== bench.path('a'));
  expect(kept.length).toBeGreaterThan(3);
  for (const path of kept) expect(readFileSync(path, 'latin1')).not.toContain('hunter');
});

const slowly = { timeout: 20_000, interval: 25 };

test('a secret that changes in its file is released without a commit, and one that is gone is told', async () => {
  await using bench = await createEngineBench({ engine: { continuous: true } });
  const token = join(bench.folder, 'token');
  writeFileSync(token, 'hunter2');
  const manifest = JSON.parse(bench.file('a', '')) as { spec: Record<string, unknown> };
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': JSON.stringify({
      ...manifest,
      spec: { path: bench.path('a'), contentFrom: { fromFile: token } },
    }),
  });
  const becomes = async (text: string): Promise<void> =>
    vi.waitFor(() => expect(bench.read('a')).toBe(text), slowly);
  await becomes('hunter2');
  writeFileSync(token, 'hunter3');
  await becomes('hunter3');
  writeFileSync(`${token}.new`, 'hunter4');
  renameSync(`${token}.new`, token);
  await becomes('hunter4');
  const [release] = await bench.store.releases({ ...shop, limit: 1 });
  expect(release?.plan.plans[0]?.changes[0]?.cause).toBe(
    'content changed, though not in its source',
  );
  rmSync(token);
  await vi.waitFor(async () => {
    const { error } = await bench.api.application(shop);
    expect(error?.code).toBe('host.secret-missing');
  }, slowly);
  expect(bench.read('a')).toBe('hunter4');
  writeFileSync(token, 'hunter5');
  await becomes('hunter5');
});

test('a secret behind links is released when any of them, or the file at their end, is another one', async () => {
  await using bench = await createEngineBench({ engine: { continuous: true } });
  // As the kubelet mounts a Secret: all of it changes at once, because `..data` leads elsewhere.
  const mount = join(bench.folder, 'mount');
  let made = 0;
  const mountSecret = (text: string): void => {
    const [before, now] = [`..${made}`, `..${++made}`];
    mkdirSync(join(mount, now), { recursive: true });
    writeFileSync(join(mount, now, 'token'), text);
    symlinkSync(now, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    rmSync(join(mount, before), { recursive: true, force: true });
  };
  mountSecret('hunter2');
  symlinkSync('..data/token', join(mount, 'token'));
  const token = join(bench.folder, 'token');
  symlinkSync('mount/../mount/token', token);
  const manifest = JSON.parse(bench.file('a', '')) as { spec: Record<string, unknown> };
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': JSON.stringify({
      ...manifest,
      spec: { path: bench.path('a'), contentFrom: { fromFile: token } },
    }),
  });
  const becomes = async (text: string): Promise<void> => {
    await vi.waitFor(() => expect(bench.read('a')).toBe(text), slowly);
    // What looks at it anyway, because of the release, is over: only the watch can notice the next one.
    await vi.waitFor(() => expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy'), slowly);
    await bench.engine.queue.idle();
  };
  await becomes('hunter2');
  for (const text of ['hunter3', 'hunter4']) {
    mountSecret(text);
    await becomes(text);
  }
  writeFileSync(join(mount, '..data', 'token'), 'hunter5');
  await becomes('hunter5');
  // The first link leads to what nobody has looked at yet, which changes then.
  const other = join(bench.folder, 'other');
  writeFileSync(other, 'hunter6');
  symlinkSync(other, `${token}.new`);
  renameSync(`${token}.new`, token);
  await becomes('hunter6');
  rmSync(mount, { recursive: true });
  writeFileSync(other, 'hunter7');
  await becomes('hunter7');
  rmSync(other);
  await vi.waitFor(async () => {
    const { error } = await bench.api.application(shop);
    expect(error?.code).toBe('host.secret-missing');
  }, slowly);
  writeFileSync(other, 'hunter8');
  await becomes('hunter8');
});
