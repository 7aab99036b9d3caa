import { expect, test } from 'vitest';
import { kindUnknown } from './errors.ts';
import { invalidTogether } from './invalid.ts';

const wrong = (name: string): ReturnType<typeof kindUnknown> =>
  kindUnknown({ message: `${name} is wrong`, resource: name });

test('every resource that is not valid is named, under the code and place of the first', () => {
  expect(invalidTogether([wrong('a'), wrong('b')])).toMatchObject({
    code: 'target.kind-unknown',
    message: 'a is wrong; b is wrong',
    resource: 'a',
  });
});

test('past ten they are counted', () => {
  const many = Array.from({ length: 13 }, (_, at) => wrong(`r${at}`));
  expect(invalidTogether(many).message).toMatch(/r9 is wrong; and 3 more$/);
});

test('one is left as it is', () => {
  const only = wrong('a');
  expect(invalidTogether([only])).toBe(only);
});
