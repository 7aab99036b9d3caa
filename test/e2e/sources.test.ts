import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';
import { createTestRepository } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';

/** A chart in a repository of its own, with values of the checkout. */

let charts: TestRepository;
let bench: CheckoutBench;
let chart: string;
let first: string;
let second: string;

const short = (commit: string): string => commit.slice(0, 8);

beforeEach(async () => {
  charts = createTestRepository();
  bench = createCheckoutBench();
  chart = charts.commit({
    'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'shop/templates/page.yaml': JSON.stringify(page('{{ .Values.text }}')),
  });
  first = bench.checkout.commit({
    'fairlead.yaml': `${bench
      .configuration('auto')
      .replace(
        'spec: { path: site,',
        'spec: { source: charts, path: shop, sources: { own: {} }, helm: { valuesFiles: [$own/values.yaml] },',
      )}---
apiVersion: fairlead.dev/v1alpha1
kind: Source
metadata: { name: charts }
spec: { url: ${charts.directory} }
`,
    'values.yaml': 'text: first\n',
  });
  await bench.run('sync');
  second = bench.checkout.commit({ 'values.yaml': 'text: second\n' });
  await bench.run('sync');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  charts.remove();
});

function page(content: string): object {
  return {
    apiVersion: 'host.fairlead.dev/v1alpha1',
    kind: 'File',
    metadata: { name: 'page' },
    spec: { path: `${bench.out}/page`, content },
  };
}

describe('an application with several sources', () => {
  test('has the state of each in its plan', async () => {
    const { stdout } = await bench.run('plan', '--all');
    expect(stdout).toContain(`revision ${short(chart)}, repository ${short(second)}`);
  });

  test('is rolled back to a release with the plan that was shown, in all of them', async () => {
    expect(bench.content()).toBe('second');
    const unasked = await bench.run('rollback', 'site@dev');
    expect(unasked.stderr).toContain(`revision ${short(chart)}, repository ${short(first)}`);
    expect(unasked.stderr).toContain('1 to update');
    expect([unasked.code, bench.content()]).toEqual([7, 'second']);
    expect(await bench.run('rollback', 'site@dev', '--yes')).toMatchObject({ code: 0 });
    expect(bench.content()).toBe('first');
  });

  test('is rolled back to a commit of the source with its path, the others as they are now', async () => {
    charts.commit({ 'shop/templates/page.yaml': JSON.stringify(page('new {{ .Values.text }}')) });
    expect(await bench.run('sync')).toMatchObject({ code: 0 });
    expect(bench.content()).toBe('new second');
    const back = await bench.run('rollback', 'site@dev', '--to', chart, '--yes');
    expect(back.stderr).toContain(`revision ${short(chart)}, repository ${short(second)}`);
    expect(bench.content()).toBe('second');
  });
});
