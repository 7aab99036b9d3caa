import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf } from '../support/page/blocks.ts';
import { fileOf } from '../support/page/steps.ts';
import { examples, openExample } from './example.ts';

const index = '/tmp/fairlead-example/site/index.html';

test('examples/hello goes live, stays as it is, and is taken away', async () => {
  await using example = await openExample('hello');
  expect(await example.fairlead('validate')).toMatchObject({ code: 0, stdout: '' });
  const plan = await example.fairlead('plan', '--exit-code');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('1 to create') });
  expect(example.read(index)).toBe(null);

  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(example.read(index)).toBe('hello\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

  example.withoutApplications();
  await example.commit('No site');
  expect(await example.fairlead('sync', '--no-input')).toMatchObject({ code: 7 });
  expect(example.read(index)).toBe('hello\n');
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect(example.read(index)).toBe(null);
});

test('examples/hello is the smallest example of the README', () => {
  const readme = readFileSync(join(examples, '../README.md'), 'utf8');
  const shown = blocksOf(readme).filter((block) => fileOf(block) !== null);
  expect(shown.map(fileOf)).toEqual(['fairlead.yaml', 'site/page.yaml']);
  for (const block of shown) {
    const file = readFileSync(join(examples, 'hello', fileOf(block) ?? ''), 'utf8');
    expect(block.lines.slice(1).join('\n')).toBe(file.trimEnd().split('\n').slice(1).join('\n'));
  }
});
