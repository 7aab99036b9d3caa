import { expect, test } from 'vitest';
import { openExample } from './example.ts';

const web = 'http://127.0.0.1:18080/';
const api = 'http://127.0.0.1:18081/products';

test('examples/shop starts the api, then what depends on it, and restarts what reads a changed file', async () => {
  await using example = await openExample('shop');
  expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
  const plan = await example.fairlead('plan', '--exit-code');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('5 to create') });

  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(await example.get(web)).toBe('Rope: 12 EUR\nAnchor: 90 EUR\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });
  const history = await example.fairlead('history', '-o', 'name');
  const order = await Promise.all(
    history.stdout
      .trim()
      .split('\n')
      .map(async (name) => (await example.fairlead('describe', `release/${name}`)).stdout),
  );
  // Newest first: web was released after api.
  expect(order.map((text) => /\b(api|web)@dev\b/.exec(text)?.[1])).toEqual(['web', 'api']);
  expect((await example.fairlead('logs', 'api@dev')).stdout).toContain('GET /products');

  example.edit('api/products.yaml', '"price": 12', '"price": 15');
  await example.commit('Rope is dearer');
  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(await example.get(web)).toContain('Rope: 15 EUR');

  example.withoutApplications();
  await example.commit('No shop');
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect([await example.get(web), await example.get(api)]).toEqual([null, null]);
  expect(example.read('/tmp/fairlead-example/shop/products.json')).toBe(null);
});
