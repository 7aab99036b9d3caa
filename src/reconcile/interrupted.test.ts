import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import { createEngine } from './create-engine.ts';

test('who is asked to fetch while it starts releases nothing before what a crash has left running is marked', async () => {
  await using bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': bench.file('a', '1'),
  });
  const { store } = bench;
  const [released] = await bench.api.releases({ limit: 1 });
  const running = { ...released!, id: 'left-running', outcome: 'running' as const };
  await store.transaction((transaction) => transaction.putRelease(running));
  const newest = bench.repository.commit({ 'shop/a.yaml': bench.file('a', '2') });
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow: typeof store = {
    ...store,
    releases: async (filter) => {
      if (filter.outcome === 'running') {
        asked.resolve();
        await answer.promise;
      }
      return store.releases(filter);
    },
  };
  await bench.engine.stop();
  const { ports, options } = bench.engine;
  const engine = createEngine({ ...ports, store: slow }, options);
  const started = engine.start();
  await asked.promise;
  const refreshed = engine.refresh(null);
  // It is fetched; where it were taken over, it would be within a moment.
  const current = () => engine.world.source('').status().current?.commit;
  while (current() !== newest) await sleep(20);
  await Promise.race([refreshed.then(() => engine.queue.idle()), sleep(2_000)]);
  expect(bench.read('a')).toBe('1');
  answer.resolve();
  await Promise.all([started, refreshed]);
  await engine.queue.idle();
  expect(bench.read('a')).toBe('2');
  expect((await store.release('left-running'))?.outcome).toBe('interrupted');
  await engine.stop();
});
