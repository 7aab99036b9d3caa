import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';
import { runProgram } from '../support/program.ts';
import type { Ended } from '../support/program.ts';

/** What a script reads from the exit code, for what goes wrong most: as `fairlead help exit-codes` says it. */

const dependant = (spec = 'dependsOn: [site]'): string => `---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: shop }
spec: { path: shop, environments: [dev], ${spec} }
`;

const failing =
  "healthChecks: [{ name: up, exec: { argv: ['false'] }, timeout: 1s }], timeouts: { health: 1s }, ";

function commit(bench: CheckoutBench, site: string, shop: string | undefined): void {
  bench.checkout.commit({
    'fairlead.yaml':
      bench.configuration('auto').replace('path: site,', `path: site, ${site}`) + dependant(shop),
    'site/page.yaml': bench.page('hello'),
    'shop/shop.yaml': bench.page('shop', 'shop'),
  });
}

describe('fairlead sync', () => {
  test('ends with 3 where what an application depends on failed, and says which', async () => {
    await using bench = createCheckoutBench();
    commit(bench, failing, undefined);
    const { code, stdout, stderr } = await bench.run('sync', '--no-input');
    expect(stdout).toContain('waits for site');
    expect(stderr).toContain('another application');
    expect(code).toBe(3);
    const alone = await bench.run('sync', 'shop@dev', '--no-input');
    expect(alone.stdout).toContain('waits for site');
    expect(alone.code).toBe(3);
  });

  test('ends with 7 where a person has to agree as well, and with an error where there is one', async () => {
    await using bench = createCheckoutBench();
    commit(bench, failing, undefined);
    bench.checkout.commit({ 'other/bad.yaml': 'kind: [' });
    const held = `${dependant()}---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: other }
spec: { path: other, environments: [dev], sync: approve }
`;
    const configuration = bench
      .configuration('auto')
      .replace('path: site,', `path: site, ${failing}`);
    bench.checkout.commit({
      'fairlead.yaml': configuration + held,
      'other/bad.yaml': bench.page('other', 'other'),
    });
    expect((await bench.run('sync', '--no-input')).code).toBe(7);
    bench.checkout.commit({ 'other/bad.yaml': 'kind: [' });
    expect((await bench.run('sync', '--no-input')).code).toBe(1);
  });
});

describe('a state folder', () => {
  test('that is a file is said to be no folder, whatever is asked', async () => {
    await using bench = createCheckoutBench();
    commit(bench, '', undefined);
    const file = join(bench.folder, 'file');
    writeFileSync(file, '');
    for (const command of ['plan', 'sync', 'get', 'backup']) {
      const { code, stderr } = await bench.runOn(file, command);
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toContain(`${file}: it is no folder`);
      expect(stderr).toContain('state.unusable');
    }
  });

  test.runIf(process.getuid?.() === 0)(
    'of another user ends everything with 4, and says whose it is',
    async () => {
      await using bench = createCheckoutBench();
      commit(bench, '', undefined);
      const foreign = join(bench.folder, 'foreign');
      mkdirSync(foreign);
      chownSync(foreign, 65_534, 65_534);
      chmodSync(foreign, 0o700);
      const caps = '-dac_override,-dac_read_search';
      const run = (...args: readonly string[]): Promise<Ended> =>
        runProgram(['--state-dir', foreign, ...args], {
          cwd: bench.checkout.directory,
          prefix: ['setpriv', `--bounding-set=${caps}`, `--inh-caps=${caps}`],
        });
      for (const args of [['plan'], ['sync', '--no-input'], ['backup'], ['up', '--once']]) {
        const { code, stderr } = await run(...args);
        expect(stderr).toContain('foreign belongs to uid 65534');
        expect(stderr).not.toContain('restore');
        expect([args[0], code]).toEqual([args[0], 4]);
      }
    },
  );
});
