import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../test/support/cluster.ts';
import { connect } from '../../../../test/support/kubernetes/connect.ts';
import { until } from '../../../../test/support/program.ts';
import type { Clock } from '../../../system/clock.ts';
import { systemClock } from '../../../system/clock.ts';
import { code, createLedgerBench, entries, inventory, isGet, key } from './bench.testing.ts';
import type { LedgerBench } from './bench.testing.ts';

/** As time goes by for the ledger alone. */
function laterClock(): Clock & { later(ms: number): void } {
  let offsetMs = 0;
  return {
    ...systemClock,
    monotonicMs: () => systemClock.monotonicMs() + offsetMs,
    later: (ms) => {
      offsetMs += ms;
    },
  };
}

let bench: LedgerBench;
beforeEach(() => {
  bench = createLedgerBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('an inventory too large for one object', () => {
  const large = inventory(1, entries(3_000));

  test('is kept in parts, and changes from one state to the next at once', async () => {
    const { ledger } = await bench.open();
    await ledger.save(key, large, null);
    const before = await bench.stored();
    expect(before.length).toBeGreaterThan(2);
    const other = await bench.open();
    expect(await other.ledger.load(key)).toEqual(large);
    const next = { ...large, epoch: 2, entries: entries(3_000, 2) };
    await ledger.save(key, next, 1);
    await until('the other sees it', async () => (await other.ledger.load(key))?.epoch === 2);
    expect(await other.ledger.load(key)).toEqual(next);
    const after = await bench.stored();
    const old = before.filter(({ type }) => type === 'fairlead.dev/record-part');
    expect(after.map(({ metadata }) => metadata.uid)).not.toEqual(
      expect.arrayContaining([old[0]!.metadata.uid]),
    );
    await ledger.save(key, inventory(3), 2);
    expect(await bench.stored()).toHaveLength(1);
    await ledger.remove(key, 3);
    expect(await bench.stored()).toHaveLength(0);
  });

  test('is whole where its former parts cannot be taken away', async () => {
    const { front, kubeconfig } = await bench.overFront();
    const { ledger } = await bench.open({ kubeconfig });
    await ledger.save(key, large, null);
    front.rule(({ method }) => (method === 'DELETE' ? { status: 500 } : 'pass'));
    await ledger.save(key, inventory(2, entries(3_000, 2)), 1);
    front.rule(() => 'pass');
    expect((await (await bench.open()).ledger.load(key))?.epoch).toBe(2);
    await ledger.remove(key, 2);
    expect(await ledger.load(key)).toBeNull();
  });

  test('is damaged, not empty, when a part is missing or is another', async () => {
    const { ledger } = await bench.open();
    await ledger.save(key, large, null);
    const parts = (await bench.stored()).filter(({ type }) => type === 'fairlead.dev/record-part');
    await bench.kube.delete(`${bench.secrets()}/${parts[0]!.metadata.name}`);
    const fresh = await bench.open();
    expect(await code(fresh.ledger.load(key))).toBe('target.inventory-unreadable');
    expect(await code(fresh.ledger.save(key, inventory(2), 1))).toBe('target.inventory-unreadable');
    await bench.kube.post(bench.secrets(), {
      ...parts[0],
      metadata: { name: parts[0]!.metadata.name },
      data: { body: parts[1]!.data.body },
    });
    expect(await code((await bench.open()).ledger.load(key))).toBe('target.inventory-unreadable');
  });

  test.each([
    ['is replaced by who knows of that', 2, null],
    ['is in conflict with who does not', 1, 'target.inventory-conflict'],
  ])(
    'that watching has as it was before somebody replaced it, parts and all, is not damaged: it %s',
    async (_, expected, error) => {
      const other = await bench.open();
      await other.ledger.save(key, large, null);
      const { front, kubeconfig } = await bench.overFront();
      const { ledger } = await bench.open({ kubeconfig });
      const gets = (): number =>
        front.asked.filter(({ method, path }) => isGet(method, path)).length;
      // Not the record itself: what was read of it once would be known without its parts.
      await until('it watches', async () => {
        const before = gets();
        await ledger.load({ ...key, application: 'nobody' });
        return gets() === before;
      });
      front.mute(({ path }) => path.includes('watch=true'));
      const next = { ...large, epoch: 2, entries: entries(3_000, 2) };
      await other.ledger.save(key, next, 1);
      expect(await code(ledger.save(key, inventory(3), expected))).toBe(error);
      const now = await (await bench.open()).ledger.load(key);
      expect(now).toEqual(error === null ? inventory(3) : next);
    },
  );

  test('leaves no parts behind when somebody else was quicker', async () => {
    const { ledger } = await bench.open();
    await ledger.save(key, inventory(1), null);
    expect(await code(ledger.save(key, { ...large, epoch: 8 }, 7))).toBe(
      'target.inventory-conflict',
    );
    expect(await bench.stored()).toHaveLength(1);
  });
});

describe('parts that a controller left which ended in the middle', () => {
  const hour = 3_600_001;

  test('go once their record is gone, and those of others stay, also of one that cannot be read', async () => {
    const clock = laterClock();
    const cluster = await connect({
      settings: { namespace: bench.namespace },
      clock,
      recordPartBytes: 2_000,
    });
    bench.closing(() => cluster.close());
    const { ledger } = cluster;
    const other = { ...key, application: 'other' };
    const damaged = { ...key, application: 'damaged' };
    for (const of of [key, other, damaged])
      await ledger.save(of, { ...inventory(1, entries(10)), ...of }, null);
    const named = (application: string) => async (): Promise<readonly string[]> =>
      (await bench.parts()).filter((name) => name.includes(`-${application}-`));
    const [ofShop, ofOther, ofDamaged] = [named('shop'), named('other'), named('damaged')];
    const before = [await ofOther(), await ofDamaged()];
    expect((await ofShop()).length).toBeGreaterThan(1);
    // Where a controller ends between the record and its parts.
    const heads = (await bench.stored()).filter(({ type }) => type === 'fairlead.dev/record');
    const head = (application: string): KubeObject =>
      heads.find(({ metadata }) => metadata.name.includes(`-${application}-`))!;
    await bench.kube.delete(`${bench.secrets()}/${head('shop').metadata.name}`);
    await bench.kube.patch(`${bench.secrets()}/${head('damaged').metadata.name}`, {
      data: { head: Buffer.from('nonsense').toString('base64') },
    });
    await ledger.list();
    clock.later(hour);
    await ledger.list();
    expect((await ofShop()).length).toBeGreaterThan(1);
    await ledger.list();
    expect((await ofShop()).length).toBeGreaterThan(1);
    clock.later(hour);
    await ledger.list();
    expect(await ofShop()).toEqual([]);
    expect([await ofOther(), await ofDamaged()]).toEqual(before);
    expect((await ledger.load(other))?.entries).toHaveLength(10);
  });
});
