import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';

/** Orders of a person in a checkout, with no controller: yes, and hold. */

/** The digits of the plan that waits, as a person would copy them. */
async function digestOf(bench: CheckoutBench): Promise<string> {
  const { items } = (await bench.json('plan')) as { items: readonly { digest: string }[] };
  return items[0]!.digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

describe('a plan that needs a person', () => {
  it('is refused with code 7 where nobody can be asked, and names the order', async () => {
    await using bench = createCheckoutBench('approve');
    const digest = await digestOf(bench);
    const ended = await bench.run('sync', '--no-input');
    expect(ended.code).toBe(7);
    expect(ended.stdout + ended.stderr).toContain(`fairlead approve ${digest}`);
    expect(bench.content()).toBeNull();
  });

  it('is carried out with --yes', async () => {
    await using bench = createCheckoutBench('approve');
    expect((await bench.run('sync', '--yes', '--reason', 'first')).code).toBe(0);
    expect(bench.content()).toBe('one\n');
    expect(await bench.json('history')).toMatchObject({
      items: [{ actor: 'ada', reason: 'first', outcome: 'succeeded' }],
    });
  });

  it('is carried out by `approve` of its digest, and by no other', async () => {
    await using bench = createCheckoutBench('approve');
    const digest = await digestOf(bench);
    expect((await bench.run('approve', '0123456789ab')).code).toBe(5);
    expect((await bench.run('approve', digest.slice(0, 6))).code).toBe(1);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    // What was seen is not what would happen now.
    expect((await bench.run('approve', digest)).code).toBe(5);
    expect(bench.content()).toBeNull();
    const approved = await bench.run('approve', await digestOf(bench));
    expect(approved).toMatchObject({ code: 0, stdout: 'site@dev: succeeded\n' });
    expect(bench.content()).toBe('two\n');
  });

  it('deletes that are many wait, and a folder that is gone deletes nothing', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'];
    await using bench = createCheckoutBench('auto', (self) =>
      Object.fromEntries(many.map((name) => [`site/${name}.yaml`, self.page(name, name)])),
    );
    expect((await bench.run('sync')).code).toBe(0);
    bench.checkout.commit(Object.fromEntries(many.map((name) => [`site/${name}.yaml`, null])));
    const waiting = await bench.run('sync', '--no-input');
    expect(waiting.code).toBe(7);
    for (const name of many) expect(bench.content(name)).toBe(name);
    expect((await bench.run('approve', await digestOf(bench))).code).toBe(0);
    for (const name of many) expect(bench.content(name)).toBeNull();
    bench.checkout.commit({ site: null });
    const gone = await bench.run('sync', '--yes');
    expect(gone.code).toBe(1);
    expect(gone.stdout).toContain('there is no folder site');
    expect(bench.content()).toBe('one\n');
  });
});

describe('hold and resume, with no controller', () => {
  it('keep an application where it is, with the reason, until told otherwise', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    const held = await bench.run('hold', 'site@dev', '--reason', 'incident 12', '--for', '2h');
    expect(held).toMatchObject({ code: 0 });
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.run('sync', '--yes');
    expect(refused.code).toBe(7);
    expect(refused.stdout).toContain('incident 12');
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('get', 'holds')).stdout).toMatch(/site@dev .*in [12]h/);
    // The hold is at the target: another state folder knows it too.
    const other = join(bench.folder, 'other');
    expect((await bench.runOn(other, 'get', 'holds')).stdout).toContain('incident 12');
    expect((await bench.run('resume', 'site@dev')).code).toBe(0);
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
  });
});
