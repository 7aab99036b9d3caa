import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import type { EngineBench } from '../../../test/support/engine.ts';
import { createTestRepository } from '../../../test/support/git.ts';
import { holdConfiguration } from '../../../test/support/hold-configuration.ts';
import type { Files } from '../../../test/support/git.ts';

let bench: EngineBench;

beforeEach(async () => {
  bench = await createEngineBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Pushes, and looks at the application after the source has the commit and before its configuration is in force. */
async function lookMeanwhile(files: Files, check: () => void): Promise<void> {
  const { world, queue } = bench.engine;
  const held = holdConfiguration(bench.engine);
  const pushed = bench.push(files);
  await held.begun;
  expect(world.configuredAt).toBeNull();
  await bench.edit('kept', 'by hand');
  bench.engine.trigger('shop@dev', 'manual');
  await queue.idle();
  try {
    check();
    // What is live is looked after meanwhile.
    expect(bench.read('kept')).toBe('1');
  } finally {
    held.release();
    await pushed;
  }
}

const files = (spec: object, environment: object, word: string): Files => ({
  'fairlead.yaml': configuration({ shop: { ...spec }, other: {} }, { ...environment }),
  'shop/a.yaml': bench.file('a', word),
  'shop/kept.yaml': bench.file('kept', '1'),
  'other/b.yaml': bench.file('b', '1'),
});

const notTaken = (): void => {
  expect(bench.engine.applications.get('shop@dev')?.status.error?.code).toBe(
    'config.not-taken-yet',
  );
};

describe('a commit that changes what is done by itself and what is deployed', () => {
  test('is not carried out by itself where it has its environment wait for a person', async () => {
    await bench.push(files({}, {}, '1'));
    await lookMeanwhile(files({}, { sync: 'manual' }, '2'), () => {
      expect(bench.read('a')).toBe('1');
      notTaken();
    });
    expect(bench.read('a')).toBe('1');
    expect(bench.state('shop@dev')).toBe('out-of-sync, OutOfSync, Healthy');
  });

  test('waits for a person where the application itself asks for that', async () => {
    await bench.push(files({}, {}, '1'));
    await lookMeanwhile(files({ sync: 'approve' }, {}, '2'), () => {
      expect(bench.read('a')).toBe('1');
    });
    expect(bench.read('a')).toBe('1');
  });

  test('deletes nothing any more that it says is to be kept', async () => {
    await bench.push(files({}, {}, '1'));
    const pruned = { ...files({ prune: false }, {}, '2'), 'shop/a.yaml': null };
    await lookMeanwhile(pruned, () => {
      expect(bench.read('a')).toBe('1');
    });
    expect(bench.read('a')).toBe('1');
  });

  test('is not judged by the health checks of before', async () => {
    const check = (word: string) => ({
      healthChecks: [
        { name: 'word', exec: { argv: ['grep', '-q', word, bench.path('a')] }, timeout: '5s' },
      ],
      timeouts: { health: '1s' },
    });
    await bench.push(files(check('1'), {}, '1'));
    await lookMeanwhile(files(check('2'), {}, '2'), () => {
      expect(bench.read('a')).toBe('1');
    });
    expect(bench.read('a')).toBe('2');
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
  });

  test('changes nothing of an application that it takes out of the environment', async () => {
    await bench.push(files({ onRemoval: 'orphan' }, {}, '1'));
    const left = { ...files({}, {}, '2'), 'fairlead.yaml': configuration({ other: {} }) };
    await lookMeanwhile(left, () => {
      expect(bench.read('a')).toBe('1');
      notTaken();
    });
    expect(bench.read('a')).toBe('1');
  });

  test('is waited for also where what is deployed comes from another repository', async () => {
    const code = createTestRepository();
    try {
      code.commit({
        'shop/a.yaml': bench.file('a', '1'),
        'shop/kept.yaml': bench.file('kept', '1'),
      });
      const source = {
        apiVersion: 'fairlead.dev/v1alpha1',
        kind: 'Source',
        metadata: { name: 'code' },
        spec: { url: code.directory },
      };
      const says = (sync: string): Files => ({
        'fairlead.yaml': `${configuration({ shop: { source: 'code' } }, { sync })}\n---\n${JSON.stringify(source)}`,
      });
      await bench.push(says('auto'));
      expect(bench.read('a')).toBe('1');
      code.commit({ 'shop/a.yaml': bench.file('a', '2') });
      await bench.engine.world.source('code').fetch(new AbortController().signal);
      await lookMeanwhile(says('manual'), () => {
        expect(bench.read('a')).toBe('1');
      });
      expect(bench.read('a')).toBe('1');
    } finally {
      code.remove();
    }
  });
});

test('what changes nothing of that is not waited for', async () => {
  await bench.push(files({}, {}, '1'));
  const said = files({ labels: { team: 'a' } }, {}, '2');
  await lookMeanwhile(said, () => {
    expect(bench.read('a')).toBe('2');
  });
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
});
