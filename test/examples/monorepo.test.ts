import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openExample } from './example.ts';

test('examples/monorepo serves several applications from one repository, within what their project allows', async () => {
  await using example = await openExample('monorepo', 'platform');
  const apps = example.here('/tmp/fairlead-example/repositories/apps');
  cpSync(join(example.directory, '../apps'), apps, { recursive: true });
  await example.commit('Applications', apps);
  const live = (): readonly (string | null)[] =>
    ['catalog', 'checkout', 'search'].map((name) =>
      example.read(`/tmp/fairlead-example/shop/${name}.conf`),
    );

  expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
  const plan = await example.fairlead('plan', '--exit-code');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('3 to create') });
  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(live()).toEqual(['name = catalog\n', 'name = checkout\n', 'name = search\n']);
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

  // A commit to the applications' repository; it changes one of them.
  const settings = join(apps, 'search/settings.yaml');
  example.edit(settings, 'name = search', 'name = better search');
  await example.commit('A better search', apps);
  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(live()).toEqual(['name = catalog\n', 'name = checkout\n', 'name = better search\n']);
  const history = await example.fairlead('history', '-o', 'name');
  expect(history.stdout.trim().split('\n')).toHaveLength(4);

  // Outside of what the project allows.
  example.edit(
    settings,
    '/tmp/fairlead-example/shop/search.conf',
    '/tmp/fairlead-example/elsewhere',
  );
  await example.commit('Break out', apps);
  expect(await example.fairlead('sync')).toMatchObject({ code: 7 });
  expect(example.read('/tmp/fairlead-example/elsewhere')).toBe(null);
  expect(live()[2]).toBe('name = better search\n');

  example.withoutApplications();
  await example.commit('No shop');
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect(live()).toEqual([null, null, null]);
});
