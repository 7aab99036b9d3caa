import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDefects } from './cli/defects.ts';
import { applyHunks, parseDefect } from './cli/patch.ts';

const patch = `The second line is wrong.

--- a/src/x.ts
+++ b/src/x.ts
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
`;

describe('a planted defect', () => {
  test('replaces its lines where they stand, wherever that is', () => {
    const { why, files } = parseDefect('x', patch);
    expect(why).toBe('The second line is wrong.');
    expect(applyHunks('x', files[0]!, 'zero\none\ntwo\nthree\n')).toBe('zero\none\nTWO\nthree\n');
  });

  test.each([
    ['is gone', 'one\n2\nthree\n'],
    ['stands there twice', 'one\ntwo\nthree\none\ntwo\nthree\n'],
  ])('is refused loudly where what it replaces %s', (_what, text) => {
    const { files } = parseDefect('x', patch);
    expect(() => applyHunks('x', files[0]!, text)).toThrow('x does not apply to src/x.ts');
  });

  test('needs a reason in words', () => {
    expect(() => parseDefect('x', patch.slice(patch.indexOf('---')))).toThrow('a reason');
  });
});

test('every planted defect applies to the source as it is', async () => {
  const root = join(import.meta.dirname, '../..');
  const defects = await readDefects(null);
  expect(defects.length).toBeGreaterThanOrEqual(25);
  const stale: string[] = [];
  for (const { name, files } of defects) {
    for (const file of files) {
      const text = await readFile(join(root, file.file), 'utf8');
      try {
        applyHunks(name, file, text);
      } catch (thrown) {
        stale.push(String(thrown));
      }
    }
  }
  // The code has moved from under these: make the same mistake in the new code (docs/reference/simulation.md).
  expect(stale).toEqual([]);
});
