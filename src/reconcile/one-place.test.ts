import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';

const document = (kind: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name }, spec });

test('two targets that keep their records in one place do not take each other’s for what is left to delete', async () => {
  // Every target of the bench is this machine, with one state folder.
  await using bench = await createEngineBench();
  const declared = (selfHeal: boolean): string =>
    [
      configuration({
        shop: { environments: ['dev', 'prod'], path: 'shop/{environment}', selfHeal },
      }),
      document('Target', 'there', { host: {} }),
      document('Environment', 'prod', { targets: ['there'], sync: 'auto' }),
    ].join('\n---\n');
  await bench.push({
    'fairlead.yaml': declared(true),
    'shop/dev/a.yaml': bench.file('a', 'dev'),
    'shop/prod/b.yaml': bench.file('b', 'prod'),
  });
  // The records are listed again with a configuration that changed.
  await bench.push({ 'fairlead.yaml': declared(false) });
  for (const environment of ['dev', 'prod'])
    expect(bench.state(`shop@${environment}`)).toBe('synced, Synced, Healthy');
  const plan = await bench.api.plan({ application: 'shop', environment: 'dev', revision: null });
  expect(plan.plans.map(({ target, changes }) => [target, changes.length])).toEqual([['here', 0]]);

  // Another name for the same place moves nothing.
  await bench.push({
    'fairlead.yaml': declared(false).replace('"targets":["there"]', '"targets":["here"]'),
  });
  expect(bench.state('shop@prod')).toBe('synced, Synced, Healthy');
  expect([bench.read('a'), bench.read('b')]).toEqual(['dev', 'prod']);
});
