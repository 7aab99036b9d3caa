import { expect, test } from 'vitest';
import { openExample } from './example.ts';
import type { Example } from './example.ts';

const banner = (example: Example, environment: string): string | null =>
  example.read(`/tmp/fairlead-example/environments/${environment}/banner`);

test('examples/environments goes live in dev, on request in qa, and with a yes in prod', async () => {
  await using example = await openExample('environments');
  expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
  const plan = await example.fairlead('plan', '--exit-code');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('3 to create') });

  // What a controller does by itself: dev, and nothing else.
  expect(await example.fairlead('up', '--once')).toMatchObject({ code: 7 });
  expect(['dev', 'qa', 'prod'].map((name) => banner(example, name))).toEqual([
    'Welcome to dev\n',
    null,
    null,
  ]);

  expect(await example.fairlead('sync', 'banner@qa', '--yes')).toMatchObject({ code: 0 });
  expect(banner(example, 'qa')).toBe('Welcome to qa\n');

  expect(await example.fairlead('sync', 'banner@prod', '--no-input')).toMatchObject({ code: 7 });
  expect(banner(example, 'prod')).toBe(null);
  const planned = await example.fairlead('plan', 'banner@prod', '-o', 'json');
  const { items } = JSON.parse(planned.stdout) as { items: readonly { digest: string }[] };
  expect(await example.fairlead('approve', items[0]?.digest ?? '')).toMatchObject({ code: 0 });
  expect(banner(example, 'prod')).toBe('Welcome to prod\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

  example.withoutApplications();
  await example.commit('No banner');
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect(['dev', 'qa', 'prod'].map((name) => banner(example, name))).toEqual([null, null, null]);
});
