import { expect, test } from 'vitest';
import { helm, job } from '../support/jobs.ts';
import { openKubeBench } from '../support/kube-bench.ts';
import { configMap, yaml } from '../support/kubernetes-bench.ts';

/** `fairlead test`, as a person or a script sees it. */

test('ends with what the tests say, and prints what the one that failed wrote', async () => {
  await using at = await openKubeBench();
  const { bench, namespace } = at;
  const { checkout } = bench;
  const inNamespace = (object: ReturnType<typeof job>) => ({
    ...object,
    metadata: { ...object.metadata, namespace },
  });
  const commit = async (...objects: readonly ReturnType<typeof job>[]): Promise<void> => {
    checkout.commit({ 'shop/all.yaml': yaml(...objects.map(inNamespace)) });
    const head = checkout.git('rev-parse', 'HEAD');
    await bench.application(
      'shop',
      `is in sync with ${head}`,
      ({ sync, revision, state }) =>
        state === 'synced' && sync === 'Synced' && revision[0]?.commit === head,
    );
  };
  checkout.commit({
    'fairlead.yaml': at.configuration('shop'),
    'shop/all.yaml': yaml(inNamespace(configMap('map', { a: '1' }))),
  });
  await bench.start();
  await commit(configMap('map', { a: '2' }));
  const none = await bench.run('test', 'shop@dev', '--no-input');
  expect([none.code, none.stdout]).toEqual([5, '']);
  expect(none.stderr).toContain('shop@dev has no tests');

  const good = job('first', helm('test', { 'helm.sh/hook-weight': '-1' }));
  const bad = job('second', helm('test'), 'fail');
  await commit(configMap('map', { a: '2' }), good);
  const passed = await bench.run('test', 'shop');
  expect(passed.stdout).toMatch(/^TEST +RESULT +TOOK +MESSAGE\n\S+\/Job\/first +passed /);
  expect(passed.stdout).not.toContain('Output of');
  expect(passed.code).toBe(0);
  expect((await bench.run('test', 'shop', '--logs')).stdout).toContain('Output of ');

  await commit(configMap('map', { a: '3' }), good, bad);
  const failed = await bench.run('test', 'shop@dev');
  expect(failed.code).toBe(3);
  expect(failed.stdout).toMatch(/\/Job\/second +failed +.*Test hook/);
  expect(failed.stdout).toMatch(/Output of \S+\/Job\/second:\n {2}.*played by kwok/);
  const json = await bench.run('test', 'shop@dev', '-o', 'json');
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({
    kind: 'TestResultList',
    items: [
      { application: 'shop', environment: 'dev', id: { name: 'first' }, result: 'passed' },
      { id: { name: 'second' }, result: 'failed', logs: [expect.stringContaining('kwok')] },
    ],
  });
  const events = await bench.run('events', '-o', 'json');
  expect(events.stdout).toContain('1 of 2 tests passed');
  expect(
    (await bench.api.releases({ limit: 20 })).every(({ outcome }) => outcome === 'succeeded'),
  ).toBe(true);
});
