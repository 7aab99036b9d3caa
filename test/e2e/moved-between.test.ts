import { expect, test } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';

test('what moves from one application to another is planned for both, one by one and together, and synced as planned', async () => {
  await using bench = createCheckoutBench();
  const other = `---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: other }
spec: { path: other, environments: [dev] }
`;
  bench.checkout.commit({
    'fairlead.yaml': bench.configuration('auto') + other,
    'site/page.yaml': bench.page('hello'),
    'site/kept.yaml': bench.page('kept', 'kept'),
    'other/own.yaml': bench.page('own', 'own'),
  });
  expect((await bench.run('sync', '--yes')).code).toBe(0);
  bench.checkout.commit({ 'site/page.yaml': null, 'other/page.yaml': bench.page('hello') });
  const alone = await bench.run('plan', 'other@dev', '--exit-code');
  expect(alone).toMatchObject({ code: 2, stdout: expect.stringMatching(/adopt\s+File\/page/) });
  const both = await bench.run('plan');
  expect({ ...both, stderr: '' }).toMatchObject({ code: 0 });
  expect(both.stdout).toContain('1 to adopt');
  expect(both.stdout).not.toMatch(/delete\s+File/);
  const digests = await bench.run('plan', '-o', 'name');
  const synced = await bench.run('sync', '--yes', '-o', 'json');
  expect(synced.code).toBe(0);
  expect(digests.stdout.trim()).toBe('other@dev');
  expect(bench.content()).toBe('hello');
  const after = await bench.run('plan', '--exit-code');
  expect(after.code).toBe(0);
});
