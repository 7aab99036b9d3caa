import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckoutBench, type CheckoutBench } from '../support/checkout-bench.ts';

/** Names that a shell would run, an option parser would take or a log would break at are names like any other, or refused. */

let bench: CheckoutBench;
let trap: string;
beforeEach(() => {
  bench = createCheckoutBench();
  trap = join(bench.folder, 'trap');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** A slash would make it two names. */
const names = () => [
  '-x',
  '--upload-pack=touch trap',
  `; touch trap`,
  '$(touch trap)',
  '`touch trap`',
  '| touch trap',
  '& touch trap',
  '%00',
  "' or 1=1 --",
  '{environment}',
  '*',
  '~root',
];

function configuration(path: string, extra = ''): string {
  return bench.configuration('auto').replace('path: site', `path: ${JSON.stringify(path)}`) + extra;
}

function page(name: string): string {
  const path = JSON.stringify(join(bench.out, name));
  return bench.page('one').replace(/path: [^,]*,/, () => `path: ${path},`);
}

describe('a hostile name', () => {
  test('of a folder, a manifest and a live file is that name and no more', async () => {
    for (const name of names()) {
      const folder = name === '{environment}' ? 'x' : name;
      bench.checkout.commit({
        'fairlead.yaml': configuration(folder),
        [`${folder}/${name}.yaml`]: page(name),
      });
      const { code, stderr } = await bench.run('sync', '--yes', '--local');
      expect([name, code, stderr]).toEqual([name, 0, expect.anything()]);
      expect([name, bench.content(name)]).toEqual([name, 'one']);
    }
    expect(existsSync(trap)).toBe(false);
    expect(readdirSync(bench.checkout.directory)).not.toContain('trap');
  });

  test('of an application, an environment or a source is refused', async () => {
    for (const name of [...names(), 'a\r\nb', 'a\nb', '..', '.', '']) {
      bench.checkout.commit({
        'fairlead.yaml': bench
          .configuration('auto')
          .replaceAll('name: site', `name: ${JSON.stringify(name)}`),
      });
      const { code, stdout } = await bench.run('validate', '--local');
      expect([name, code]).toEqual([name, 1]);
      expect(stdout).toContain('metadata.name is not a valid name');
    }
  });

  test('of a branch, a commit or an application on the command line is refused as text', async () => {
    await bench.run('sync', '--yes', '--local');
    for (const name of [...names(), 'main\n-x', 'a\r\nb', '-'.repeat(300)]) {
      for (const args of [
        ['rollback', 'site', `--to=${name}`, '--local', '--yes'],
        ['describe', '--local', '--', name],
        ['plan', '--local', '--', name],
        ['up', `--repo=${name}`, '--once'],
        ['up', `--repo=${bench.checkout.directory}`, `--ref=${name}`, '--once'],
      ]) {
        const { code, stderr } = await bench.run(...args);
        expect([args, code === 0, stderr === '']).toEqual([args, false, false]);
      }
    }
    expect(existsSync(trap)).toBe(false);
    expect(readdirSync(bench.checkout.directory)).not.toContain('trap');
  });
});
