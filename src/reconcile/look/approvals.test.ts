import { describe, expect, test } from 'vitest';
import {
  configuration,
  createEngineBench,
  type EngineBench,
} from '../../../test/support/engine.ts';

const shop = { application: 'shop', environment: 'dev' };
const synced = 'synced, Synced, Healthy';

/** A change of `shop` waits for a person. */
async function waiting(bench: EngineBench, content: string): Promise<string> {
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }, { sync: 'approve' }),
    'shop/a.yaml': bench.file('a', content),
  });
  expect(bench.state('shop@dev')).toMatch(/^awaiting-approval, /);
  return (await bench.api.application(shop)).waiting!.digest;
}

async function approve(bench: EngineBench, digest: string): Promise<void> {
  await bench.api.approve({ digest, actor: 'ada' });
  await bench.engine.queue.idle();
}

const approvals = (bench: EngineBench) => bench.store.approvals('shop', 'dev', Date.now());

describe('an approval', () => {
  test('lets the plan go, and is used up by the release that ends well', async () => {
    await using bench = await createEngineBench();
    await approve(bench, await waiting(bench, '1'));
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['1', synced]);
    expect(await approvals(bench)).toEqual([]);
  });

  test('that was used up does not let the same change go a second time', async () => {
    await using bench = await createEngineBench();
    const first = await waiting(bench, '1');
    await approve(bench, first);
    await approve(bench, await waiting(bench, '2'));
    expect(bench.read('a')).toBe('2');
    await waiting(bench, '1');
    expect(bench.read('a')).toBe('2');
  });

  test('stays while its release fails, and lets the next attempt go', async () => {
    let isBroken = true;
    await using bench = await createEngineBench({
      target: (target) => ({
        ...target,
        apply: async (effect) => {
          if (isBroken) throw new Error('no space left');
          return target.apply(effect);
        },
      }),
    });
    await approve(bench, await waiting(bench, '1'));
    expect(bench.read('a')).toBeNull();
    expect((await approvals(bench)).length).toBe(1);
    isBroken = false;
    await bench.look('shop@dev');
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['1', synced]);
    expect(await approvals(bench)).toEqual([]);
  });

  test('holds for a rebased commit with the same outcome, and for none with another one', async () => {
    await using bench = await createEngineBench();
    const digest = await waiting(bench, '1');
    const same = await bench.push({
      'shop/README.md': 'unrelated\n',
      'shop/a.yaml': `# note\n${bench.file('a', '1')}`,
    });
    expect((await bench.api.application(shop)).waiting?.digest).toBe(digest);
    expect((await bench.api.application(shop)).revision[0]?.commit).toBe(same);
    expect(await waiting(bench, '2')).not.toBe(digest);
    await expect(bench.api.approve({ digest, actor: 'ada' })).rejects.toMatchObject({
      code: 'plan.not-found',
    });
    expect(bench.read('a')).toBeNull();
  });

  test('is not needed to heal what was released', async () => {
    await using bench = await createEngineBench();
    await approve(bench, await waiting(bench, '1'));
    await bench.edit('a', 'by hand');
    await bench.look('shop@dev');
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['1', synced]);
  });
});
