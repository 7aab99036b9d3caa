import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';

describe('invariant 8: deletes of one commit across applications', () => {
  /** 150 files each in two applications, of which a commit deletes so many each. */
  async function pruned(
    bench: EngineBench,
    deletes: number,
    environment = {},
  ): Promise<readonly string[]> {
    const files: Record<string, string> = {};
    for (const name of ['one', 'two'])
      for (let at = 0; at < 150; at++)
        files[`${name}/${at}.yaml`] = bench.file(`${name}-${at}`, 'x');
    await bench.push({
      'fairlead.yaml': configuration({ one: {}, two: {} }, environment),
      ...files,
    });
    const gone = Object.keys(files).filter((path) => Number(/(\d+)/.exec(path)?.[1]) < deletes);
    await bench.push(Object.fromEntries(gone.map((path) => [path, null])));
    return [bench.state('one@dev'), bench.state('two@dev')];
  }

  const synced = 'synced, Synced, Healthy';

  test('of 50 together need nobody', async () => {
    await using bench = await createEngineBench();
    expect(await pruned(bench, 25)).toEqual([synced, synced]);
  });

  test('of more than 50 together need a person for each, also after the first was confirmed', async () => {
    await using bench = await createEngineBench();
    const waits = expect.stringMatching(/^awaiting-approval, /);
    expect(await pruned(bench, 26)).toEqual([waits, waits]);
    const { waiting } = await bench.api.application({ application: 'one', environment: 'dev' });
    expect(waiting?.reason).toContain('this commit deletes 52 resources');
    await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await bench.engine.queue.idle();
    await bench.look('one@dev');
    await bench.look('two@dev');
    expect(bench.state('one@dev')).toBe(synced);
    expect(bench.state('two@dev')).toEqual(waits);
    expect([bench.read('one-0'), bench.read('two-0')]).toEqual([null, 'x']);
  });

  test('need nobody in an ephemeral environment', async () => {
    await using bench = await createEngineBench();
    expect(await pruned(bench, 26, { ephemeral: true })).toEqual([synced, synced]);
  });
});
