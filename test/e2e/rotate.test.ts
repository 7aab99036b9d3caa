import { expect, test } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';

/** `fairlead rotate`, as a person types it. */

const chart = (bench: CheckoutBench) => ({
  'site/page.yaml': null,
  'site/Chart.yaml': 'apiVersion: v2\nname: site\nversion: 1.0.0\n',
  'site/templates/page.yaml': bench.page('{{ randAlphaNum 24 }}'),
  'site/templates/NOTES.txt': 'The page is at its place.\n',
});

test('draws anew once a person says yes, and the change goes live and into history', async () => {
  await using bench = createCheckoutBench('auto', chart);
  expect(await bench.run('sync', 'site@dev', '--yes')).toMatchObject({ code: 0 });
  const first = bench.content();
  expect(first).toMatch(/^\w{24}$/);
  expect(await bench.run('sync', 'site@dev', '--yes')).toMatchObject({ code: 0 });
  expect(bench.content()).toBe(first);

  const refused = await bench.run('rotate', 'site@dev', '--no-input');
  expect(refused.code).toBe(7);
  expect(refused.stderr).toContain('--yes');
  expect(bench.content()).toBe(first);

  const rotated = await bench.run('rotate', 'site@dev', '--yes', '--reason', 'every quarter');
  expect(rotated).toMatchObject({ code: 0, stdout: expect.stringContaining('succeeded') });
  expect(bench.content()).toMatch(/^\w{24}$/);
  expect(bench.content()).not.toBe(first);
  expect(JSON.stringify(await bench.json('history', 'site@dev'))).toContain('every quarter');
  expect(JSON.stringify(await bench.json('events'))).toContain('application.rotated');
});

test('what was never released cannot be rotated', async () => {
  await using bench = createCheckoutBench('auto', chart);
  const { code, stderr } = await bench.run('rotate', 'site@dev', '--yes');
  expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining('never released')]);
  expect(code).not.toBe(0);
});

test('render shows the documents, and what the chart says to who installs it', async () => {
  await using bench = createCheckoutBench('auto', chart);
  const { stdout, stderr } = await bench.run('render', 'site@dev');
  expect(stdout).toContain('kind: File');
  expect(stdout).not.toContain('The page is at its place.');
  expect(stderr).toContain('The page is at its place.');
});
