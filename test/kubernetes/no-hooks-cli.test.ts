import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { argo, job } from '../support/jobs.ts';
import { configMap, manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import { until } from '../support/program.ts';

let at: KubeBench;

beforeEach(async () => {
  at = await openKubeBench();
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

const head = (): string => at.bench.checkout.git('rev-parse', 'HEAD');

/** An application that is removed, and whose hook before that fails for ever. Gives the digest of the plan that runs it. */
async function leave(): Promise<string> {
  const { bench, namespace } = at;
  const hook = job('before', argo('PreDelete'), 'fail');
  bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop', 'calm'),
    'calm/map.yaml': configMap('calm', namespace),
    'shop/map.yaml': configMap('a', namespace),
    'shop/hook.yaml': manifest({ ...hook, metadata: { ...hook.metadata, namespace } }),
  });
  await bench.start();
  await bench.settled(head(), 'shop', 'calm');
  bench.checkout.commit({ 'fairlead.yaml': at.configuration('calm'), shop: null });
  await bench.application('shop', 'its removal waits', ({ waiting }) => waiting !== null, 90_000);
  return (await bench.view('shop')).waiting?.digest ?? '';
}

test('who goes on without the delete hooks at the command line asks for a yes, which somebody else gives after a restart', async () => {
  const { bench } = at;
  const withHooks = await leave();

  const asked = await bench.run('sync', 'shop@dev', '--server', '--no-hooks', '--reason', 'broken');
  expect(asked.code).toBe(exitCodes.refused);
  const digits = /fairlead approve ([0-9a-f]+)/.exec(`${asked.stdout}${asked.stderr}`)?.[1] ?? '';
  expect(digits).not.toBe('');
  expect(withHooks).not.toContain(digits);
  expect(asked.stdout).toContain('left out');
  expect(await at.live('configmaps/a')).not.toBeNull();

  await bench.stop();
  await bench.start();
  await bench.application(
    'shop',
    'it waits for the same yes',
    ({ waiting }) => waiting?.digest.includes(digits) === true,
    90_000,
  );
  expect(await bench.run('approve', digits)).toMatchObject({ code: 0 });
  await until(
    'it is gone',
    async () => (await at.live('configmaps/a')) === null,
    bench.why,
    90_000,
  );
  expect(await at.live('batch/v1/jobs/before')).toBeNull();
  const { stdout } = await bench.run('history', 'shop@dev', '-o', 'json');
  expect(stdout).toContain('left out');
  expect(await at.live('configmaps/calm')).not.toBeNull();
});

test('in a checkout, too, the plan without hooks that waits is the one that `plan` shows and `approve` finds', async () => {
  const { bench } = at;
  const withHooks = await leave();
  await bench.stop();
  const here = ['-C', bench.checkout.directory] as const;

  const asked = await bench.run(...here, 'sync', 'shop@dev', '--no-hooks');
  expect(asked.code).toBe(exitCodes.refused);
  const digits = /fairlead approve ([0-9a-f]+)/.exec(`${asked.stdout}${asked.stderr}`)?.[1] ?? '';
  expect(digits).not.toBe('');
  expect(withHooks).not.toContain(digits);
  const planned = await bench.run(...here, 'plan', 'shop@dev');
  expect(planned.stdout).toContain(`Agree with: fairlead approve ${digits}`);
  expect(planned.stdout).toContain('left out');

  expect(await bench.run(...here, 'approve', digits)).toMatchObject({ code: 0 });
  expect(await at.live('configmaps/a')).toBeNull();
  expect(await at.live('batch/v1/jobs/before')).toBeNull();
});
