import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
