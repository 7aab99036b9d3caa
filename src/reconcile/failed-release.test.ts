import { expect, test } from 'vitest';
import { breakable } from '../../test/support/breakable.ts';
import {
  configuration,
  createEngineBench,
  failingProcess,
  hostDocument,
} from '../../test/support/engine.ts';
import { effectTimedOut } from '../targets/errors.ts';

const shop = { application: 'shop', environment: 'dev' };

test('a release that failed is shown by what it left: what it made is there, what it did not get to is missing', async () => {
  await using bench = await createEngineBench();
  const blocked = { path: `${bench.path('made')}/below`, content: 'x' };
  await bench.push({
    'fairlead.yaml': configuration({ shop: { retry: { limit: 0 } } }),
    'shop/made.yaml': bench.file('made', 'one'),
    'shop/blocked.yaml': hostDocument('File', 'blocked', blocked, 1),
  });
  expect(bench.read('made')).toBe('one');
  const detail = await bench.api.application(shop);
  expect(detail.lastRelease?.outcome).toBe('failed');
  const of = (name: string) => detail.resourceViews.find(({ id }) => id.name === name);
  expect(of('made')).toMatchObject({ sync: 'Synced', health: { status: 'Healthy' } });
  expect(of('blocked')).toMatchObject({ sync: 'OutOfSync', health: { status: 'Missing' } });
  const { trees } = await bench.api.tree(shop);
  expect(trees.find(({ id }) => id.name === 'made')?.health.status).toBe('Healthy');
  expect(bench.state('shop@dev')).toContain('OutOfSync, Missing');
});

test('one that does not become healthy is shown as what it is', async () => {
  await using bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({
      shop: { timeouts: { health: '300ms' }, retry: { limit: 0 }, onFailure: 'stay' },
    }),
    'shop/ends.yaml': failingProcess('ends'),
  });
  const detail = await bench.api.application(shop);
  const [view] = detail.resourceViews;
  expect([detail.lastRelease?.outcome, view?.health.status]).toEqual(['failed', 'Degraded']);
  expect(detail.health.message).toContain('code 3');
});

test('while it is looked at once more, what kept it from being seen is still told', async () => {
  let answer: 'well' | 'away' | 'late' = 'well';
  const later = Promise.withResolvers<void>();
  await using bench = await createEngineBench({
    target: (target) => ({
      ...target,
      read: async (...asked) => {
        if (answer === 'away') throw effectTimedOut({ message: 'the place does not answer' });
        if (answer === 'late') await later.promise;
        return target.read(...asked);
      },
    }),
  });
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': bench.file('a', 'one'),
  });
  answer = 'away';
  await bench.look('shop@dev');
  expect(bench.state('shop@dev')).toMatch(/^backing-off, Unknown/);
  answer = 'late';
  bench.engine.trigger('shop@dev', 'manual');
  const message = async (): Promise<string> => (await bench.api.application(shop)).message;
  await expect.poll(message).toBe('looking again, after: the place does not answer');
  answer = 'well';
  later.resolve();
  await bench.engine.queue.idle();
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
});

test('one that is undone only after its application was renamed is told as reverted, under the name it failed under', async () => {
  const fault = breakable('remove');
  await using bench = await createEngineBench({ target: fault.around });
  const settings = { path: 'shop', timeouts: { health: '300ms' } };
  await bench.push({
    'fairlead.yaml': configuration({ shop: settings }),
    'shop/a.yaml': bench.file('a', 'one'),
  });
  fault.error = effectTimedOut({ message: 'the place does not answer' });
  await bench.push({ 'shop/fails.yaml': failingProcess('fails') });
  await bench.engine.queue.idle();
  const outcomes = async (): Promise<readonly string[]> =>
    (await bench.store.releases({ limit: 20 })).map(
      ({ application, trigger, outcome }) => `${application} ${trigger} ${outcome}`,
    );
  expect(await outcomes()).toContain('shop source failed');
  expect(await outcomes()).toContain('shop revert failed');
  fault.error = null;
  await bench.push({
    'fairlead.yaml': configuration({ store: { ...settings, previousNames: ['shop'] } }),
  });
  await bench.engine.queue.idle();
  expect(await outcomes()).toContain('store revert succeeded');
  // That a way back failed on the way is no release that was undone.
  expect(await outcomes()).toContain('shop source reverted');
  expect(await outcomes()).toContain('shop revert failed');
});
