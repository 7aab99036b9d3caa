import { afterEach, expect, test } from 'vitest';
import { until } from '../support/program.ts';
import { configMap, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import { refuseConfigMaps } from '../support/kubernetes/admission.ts';

/** What changes underneath an application that is live, or between its plan and its release. */

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

async function open(files: (bench: KubeBench) => Readonly<Record<string, string>>): Promise<void> {
  at = await openKubeBench({ more: ', retry: {backoff: {max: 2s}}' });
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop', 'calm'),
    'calm/map.yaml': configMap('calm', at.namespace, { at: 'first' }),
    ...files(at),
  });
  await at.bench.start();
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop', 'calm');
}

const commit = (files: Readonly<Record<string, string>> = {}): string =>
  at.bench.checkout.commit({
    ...files,
    'calm/map.yaml': configMap('calm', at.namespace, { at: String(Date.now()) }),
  });

test('a namespace that somebody deletes underneath: what stands in the way is named at each step, and all is made anew', async () => {
  let other = '';
  await open((bench) => {
    other = `${bench.namespace}-under`;
    const created = configMap('there', other).replace(
      '"metadata": {',
      '"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "CreateNamespace=true"},',
    );
    return { 'shop/there.yaml': created };
  });
  const path = `/api/v1/namespaces/${other}`;
  await at.kube.post(`${path}/configmaps`, {
    metadata: { name: 'holds-up', finalizers: ['example.com/hold'] },
  });
  await at.kube.delete(path);
  await at.bench.application(
    'shop',
    'the namespace is being deleted',
    ({ error }) => error?.code === 'kubernetes.namespace-terminating',
    60_000,
  );
  const more = commit();
  await at.bench.settled(more, 'calm');
  await at.kube.patch(`${path}/configmaps/holds-up`, { metadata: { finalizers: null } });
  await at.bench.settled(more, 'shop');
  expect(await at.kube.find(`${path}/configmaps/there`)).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('where admission refuses one of many in the middle of a release, the last good state comes back, and nothing is deleted', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `map-${index}`);
  const maps = (text: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      names.map((name) => [`shop/${name}.yaml`, configMap(name, at.namespace, { text })]),
    );
  const texts = async (): Promise<readonly string[]> =>
    await Promise.all(names.map(async (name) => (await at.live(`configmaps/${name}`)).data.text));
  await open((bench) => {
    at = bench;
    return maps('first');
  });
  await refuseConfigMaps(at, {
    // A plan tries each change by a dry run, which learns nothing of this.
    expression: 'request.dryRun || object.metadata.name != "map-7" || object.data.text == "first"',
    message: 'not this one',
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const bad = commit(maps('second'));
  await at.bench.application(
    'shop',
    'it is refused and back',
    ({ error, state }) => state === 'failed' && error !== null,
    60_000,
  );
  await until('all is as it was', async () => (await texts()).every((text) => text === 'first'));
  const releases = await at.bench.api.releases({ application: 'shop', limit: 10 });
  const failed = releases.find(({ error }) => error !== null);
  expect(failed).toMatchObject({
    outcome: 'reverted',
    error: { code: 'kubernetes.admission-refused', message: expect.stringContaining('map-7') },
  });
  // The journal has what was done, and what was not.
  const results = failed?.steps.map(({ resource, result }) => `${resource}: ${result}`);
  expect(results).toContainEqual(expect.stringMatching(/map-7\W*: failed$/));
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  const good = commit({
    ...maps('third'),
    'shop/map-7.yaml': configMap('map-7', at.namespace, { text: 'first' }),
  });
  await at.bench.settled(good, 'shop', 'calm');
  expect(await texts()).toEqual(names.map((name) => (name === 'map-7' ? 'first' : 'third')));
});
