import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import { unwrap } from '../model/result.ts';
import { Configuration } from './configuration.ts';

test('a commit that comes while a controller starts stays in force, however long the last whole one takes to be read', async () => {
  await using bench = await createEngineBench();
  const first = await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.yaml': bench.file('a', '1'),
  });
  const { ports, journal, world } = bench.engine;
  expect(await ports.store.setting('configuration')).toMatchObject({ commit: first });
  bench.repository.commit({
    'fairlead.yaml': configuration({ later: {} }),
    'later/b.yaml': bench.file('b', '1'),
  });
  const source = world.source('');
  const revision = unwrap(await source.fetch());
  const newer = Promise.withResolvers<unknown>();
  let loads = 0;
  const started = new Configuration(
    {
      ...ports,
      loadConfig: {
        ...ports.loadConfig,
        load: async (tree, previous) => {
          loads += 1;
          // Until the newer one was read, or, where that waits for this one, for a moment.
          if (loads === 1) await Promise.race([newer.promise, sleep(300)]);
          return ports.loadConfig.load(tree, previous);
        },
      },
    },
    journal,
  );
  const restored = started.restore(source);
  newer.resolve(started.read(source, revision));
  await Promise.all([restored, newer.promise]);
  expect([...(started.config?.applications.keys() ?? [])]).toEqual(['later']);
});
