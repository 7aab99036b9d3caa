import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';

/** Whether a File is released under a project that allows these kinds. */
async function isReleased(kinds: readonly string[]): Promise<boolean> {
  await using bench = await createEngineBench();
  const project = JSON.stringify({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'Project',
    metadata: { name: 'web' },
    spec: { kinds },
  });
  await bench.push({
    'fairlead.yaml': `${configuration({ shop: { project: 'web' } })}\n---\n${project}`,
    'shop/a.yaml': bench.file('a', '1'),
  });
  return bench.read('a') === '1';
}

test.each([
  [[], true],
  [['File'], true],
  [['host.fairlead.dev/File'], true],
  [['*'], true],
  [['host.fairlead.dev/*'], true],
  [['Command'], false],
  [['apps/File'], false],
  [['apps/*'], false],
])('a project that allows the kinds %j releases a file: %j', async (kinds, released) => {
  expect(await isReleased(kinds)).toBe(released);
});
