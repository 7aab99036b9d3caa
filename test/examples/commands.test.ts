import { expect, test } from 'vitest';
import { openExample } from './example.ts';

const file = (name: string): string => `/tmp/fairlead-example/words/${name}`;

test('examples/commands runs what is to be done, and nothing twice', async () => {
  await using example = await openExample('commands');
  expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
  const plan = await example.fairlead('plan', '--exit-code');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('Command/sort') });

  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(example.mode(file('data'))).toBe('0750');
  expect(example.read(file('data/sorted.txt'))).toBe('anchor\nmast\nrope\n');
  expect(example.read(file('data/announcements'))).toBe('edition 1\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

  example.edit('words/words.yaml', 'mast', 'keel');
  await example.commit('Another word');
  const unasked = await example.fairlead('plan', '--no-checks');
  expect(unasked.stdout).toContain('Command/sort');
  expect(unasked.stdout).toContain('not checked');
  expect(unasked.stdout).toContain('Made without checks');
  const dry = await example.fairlead('sync', '--dry-run', '--no-checks');
  expect(dry).toMatchObject({ code: 0, stdout: unasked.stdout });
  const refused = await example.fairlead('sync', '--no-checks');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--dry-run') });
  // The check passes until the words have changed: one yes, one release, all of it done.
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect(example.read(file('data/sorted.txt'))).toBe('anchor\nkeel\nrope\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });
  expect(example.read(file('data/announcements'))).toBe('edition 1\n');

  example.edit('words/announce.yaml', '"1"', '"2"');
  await example.commit('A new edition');
  expect(await example.fairlead('sync')).toMatchObject({ code: 0 });
  expect(example.read(file('data/announcements'))).toBe('edition 1\nedition 2\n');
  expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

  example.withoutApplications();
  await example.commit('No words');
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
  expect(example.read(file('words.txt'))).toBe(null);
  // What commands made is nobody's, so the directory is not empty and stays.
  expect(example.read(file('data/sorted.txt'))).toBe('anchor\nkeel\nrope\n');
});
