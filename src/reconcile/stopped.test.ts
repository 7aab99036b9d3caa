import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';
import type { Target } from '../targets/target.ts';

/** A controller that ends in the middle of something calls that neither a fault of its own nor one of what it looked at. */

const shop = { application: 'shop', environment: 'dev' };

function told(bench: EngineBench): string {
  const {
    status: { error, message },
    seen: { health },
  } = bench.engine.applications.get('shop@dev')!;
  return JSON.stringify([error, message, health]);
}

describe('a controller that is ended', () => {
  test('while it reads what is live reports no fault', async () => {
    const reads = Promise.withResolvers<void>();
    let isSlow = false;
    const target = (inner: Target): Target => ({
      ...inner,
      read: async (...asked) => {
        const [, , signal] = asked;
        if (!isSlow || signal === undefined) return inner.read(...asked);
        reads.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        signal.throwIfAborted();
        return inner.read(...asked);
      },
    });
    await using bench = await createEngineBench({ target });
    await bench.push({
      'fairlead.yaml': configuration({ shop: {} }),
      'shop/a.yaml': bench.file('a', '1'),
    });
    isSlow = true;
    bench.engine.trigger('shop@dev', 'manual');
    await reads.promise;
    await bench.engine.stop();
    expect(told(bench)).toContain('internal.interrupted');
    expect(told(bench)).not.toMatch(/unexpected|operation was aborted|Report it/);
  });

  test('while it waits for a check does not call that one failed', async () => {
    const asked = Promise.withResolvers<void>();
    let isMade = (): boolean => false;
    const server = createServer((socket) => {
      if (isMade()) asked.resolve();
      else socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await using bench = await createEngineBench();
      isMade = () => bench.read('a') === '1';
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const pushed = bench.push({
        'fairlead.yaml': configuration({
          shop: { healthChecks: [{ name: 'up', http: { url }, timeout: '60s' }] },
        }),
        'shop/a.yaml': bench.file('a', '1'),
      });
      await asked.promise;
      await bench.engine.stop();
      await pushed;
      const [release] = await bench.store.releases({ ...shop, limit: 1 });
      expect(release).toMatchObject({
        outcome: 'interrupted',
        error: { message: 'stopped shop@dev while it waited for check up' },
      });
      expect(JSON.stringify(release) + told(bench)).not.toMatch(/operation was aborted|Report it/);
    } finally {
      server.close();
    }
  });
});
