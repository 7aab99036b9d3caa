import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/testing.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';
import { programEnvironment } from '../support/program.ts';

/** What people see in a terminal of 80 columns: sentences are broken between words, and no line goes beyond. */

const columns = 80;

const pages = ['page-about-one', 'page-about-another', 'page-about-everything-else'];

let bench: CheckoutBench;
beforeEach(() => {
  bench = createCheckoutBench('approve');
  const script =
    'echo "ERROR: relation \\"payments\\" does not exist at character 15 of the statement" >&2; exit 3';
  bench.checkout.commit({
    'fairlead.yaml': `${bench.configuration('approve')}---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: gateway-for-payments }
spec: { path: pay, environments: [dev], onFailure: stay }
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: ghost }
spec: { path: nowhere/at/all/in/this/repository, environments: [dev] }
`,
    ...Object.fromEntries(pages.map((name) => [`site/${name}.yaml`, bench.page(name, name)])),
    'pay/migrate.yaml': `apiVersion: host.fairlead.dev/v1alpha1
kind: Command
metadata: { name: migrate }
spec: { run: [sh, -c, ${JSON.stringify(script)}] }
`,
  });
});
afterEach(() => bench[Symbol.asyncDispose]());

/** What a command shows; fails where a line is too wide for the terminal. */
async function show(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(['--state-dir', bench.stateDir, ...args], {
    cwd: bench.checkout.directory,
    // Nothing moves, so that what is written is what stays.
    env: { ...programEnvironment(), CI: 'true', NO_COLOR: '1' },
    columns,
  });
  const text = `${stdout}${stderr}`;
  const wide = text.split('\n').filter((line) => displayWidth(line) > columns);
  expect([args, wide]).toEqual([args, []]);
  return text;
}

test('no line of what commands say is wider, and nothing that matters is cut', async () => {
  await show('plan');
  const synced = await show('sync', '--yes');
  expect(synced).toContain('next: Correct spec.path of the application, or add the folder');
  bench.checkout.commit(Object.fromEntries(pages.map((name) => [`site/${name}.yaml`, null])));
  const plan = await show('plan', 'site');
  expect(plan.replaceAll(/\n!? */g, ' ')).toContain(
    'deletes 3 of 4 resources (75 %, allowed unasked: 20 %): File/page-about-another, File/page-about-everything-else',
  );
  await show('get');
  expect(await show('describe', 'gateway-for-payments')).toContain('Last releases:');
  await show('describe', 'site');
  await show('history', 'gateway-for-payments');
  const [id = ''] = (await bench.run('history', '-n', '1', '-o', 'name')).stdout.split('\n');
  await show('describe', `release/${id}`);
  await show('diff');
  await show('wait', '--timeout', '1s');
  const doctor = await show('doctor');
  expect(doctor).toMatch(/✗ application ghost@dev: fairlead\.yaml:\d+: spec\.path: there is no/);
});
