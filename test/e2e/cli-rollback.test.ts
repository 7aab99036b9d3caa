import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';

describe('rollback', () => {
  /** Releases two commits, the second of which is live then. */
  async function releaseTwo(
    bench: CheckoutBench,
  ): Promise<{ readonly first: string; readonly second: string }> {
    const first = bench.checkout.git('rev-parse', 'HEAD');
    await bench.run('sync');
    const second = bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    await bench.run('sync');
    expect(bench.content()).toBe('two\n');
    return { first, second };
  }

  it('goes to the release before, stays there, and is shown until it is undone', async () => {
    await using bench = createCheckoutBench();
    const { first } = await releaseTwo(bench);
    expect((await bench.run('rollback', 'site@dev')).code).toBe(7);
    expect(bench.content()).toBe('two\n');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--reason', 'it hurts');
    expect(back.code).toBe(0);
    expect(bench.content()).toBe('one\n');
    bench.checkout.commit({ 'site/page.yaml': bench.page('three\n') });
    await bench.run('sync', '--yes');
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('get')).stdout).toContain(`held at ${first.slice(0, 8)} by ada`);
    expect(await bench.json('history')).toMatchObject({
      items: [{ trigger: 'rollback', reason: 'it hurts' }, {}, {}],
    });
    expect((await bench.run('resume', 'site@dev')).code).toBe(0);
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('three\n');
  });

  it('goes to a commit, a tag and a release', async () => {
    await using bench = createCheckoutBench();
    const { first, second } = await releaseTwo(bench);
    bench.checkout.git('tag', 'good', second);
    const history = (await bench.json('history')) as { items: readonly { id: string }[] };
    for (const [to, content] of [
      [first.slice(0, 10), 'one\n'],
      ['good', 'two\n'],
      [history.items[1]!.id, 'one\n'],
    ] as const) {
      expect(await bench.run('rollback', 'site', '--to', to, '--yes')).toMatchObject({ code: 0 });
      expect(bench.content()).toBe(content);
    }
    const nowhere = await bench.run('rollback', 'site', '--to', 'nowhere', '--yes');
    expect(nowhere.code).not.toBe(0);
    expect(bench.content()).toBe('one\n');
  });

  it('--commit writes the way back to Git: a commit of the folder as it was', async () => {
    await using bench = createCheckoutBench();
    const { first } = await releaseTwo(bench);
    const { checkout } = bench;
    checkout.commit({ 'other/file.txt': 'stays', 'site/more.yaml': bench.page('more', 'more') });
    await bench.run('sync');
    checkout.write({ 'other/open.txt': 'not mine' });
    const order = ['--to', first, '--yes', '--commit', '--reason', 'it hurts'];
    const back = await bench.run('rollback', 'site@dev', ...order);
    expect(back).toMatchObject({ code: 0 });
    expect(checkout.git('log', '-1', '--format=%an: %B')).toBe(
      `Ada: Roll back site@dev to ${first.slice(0, 8)}\n\nit hurts`,
    );
    expect(checkout.git('show', '--name-status', '--format=', 'HEAD').split('\n')).toEqual([
      'D\tsite/more.yaml',
      'M\tsite/page.yaml',
    ]);
    expect(checkout.git('diff', first, 'HEAD', '--', 'site')).toBe('');
    // What else lies in the checkout is nobody's business.
    expect(checkout.git('status', '--porcelain')).toBe('?? other/open.txt');
    await bench.run('resume', 'site@dev');
    expect((await bench.run('plan', '--exit-code')).code).toBe(0);
  });

  it('goes back in what the configuration says about it, and --commit says what is left to do by hand', async () => {
    await using bench = createCheckoutBench();
    await releaseTwo(bench);
    const { checkout } = bench;
    const configuration = readFileSync(join(checkout.directory, 'fairlead.yaml'), 'utf8');
    const says = (word: string): string =>
      configuration.replace(
        'path: site,',
        `path: site, substitute: { values: { WORD: ${word} } },`,
      );
    const well = checkout.commit({
      'fairlead.yaml': says('well'),
      'site/page.yaml': bench.page('${WORD}'),
    });
    expect((await bench.run('sync')).code).toBe(0);
    checkout.commit({ 'fairlead.yaml': says('worse') });
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('worse');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back).toMatchObject({ code: 0 });
    expect(bench.content()).toBe('well');
    expect(back.stderr).toContain(
      `the configuration says something else about substitute of site than at ${well.slice(0, 8)}`,
    );
  });

  it('--commit is refused before anything happens where the folder holds other changes', async () => {
    await using bench = createCheckoutBench();
    await releaseTwo(bench);
    bench.checkout.write({ 'site/page.yaml': bench.page('half done\n') });
    const before = bench.checkout.git('rev-parse', 'HEAD');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back.code).not.toBe(0);
    expect(back.stderr).toContain('cli.uncommitted-changes');
    expect(bench.content()).toBe('two\n');
    expect(bench.checkout.git('rev-parse', 'HEAD')).toBe(before);
    expect((await bench.run('get', 'holds')).stdout).toBe('');
  });

  it('--commit leaves the checkout clean where a hook refuses the commit', async () => {
    await using bench = createCheckoutBench();
    await releaseTwo(bench);
    bench.checkout.write({
      '.git/hooks/pre-commit': { script: '#!/bin/sh\necho no >&2\nexit 1\n' },
    });
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back.code).not.toBe(0);
    expect(back.stderr).toContain('cli.revert-failed');
    expect(bench.checkout.git('status', '--porcelain')).toBe('');
    // The live system went back all the same, and says so.
    expect(bench.content()).toBe('one\n');
  });
});
