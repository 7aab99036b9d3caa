import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PathIndex } from './path-index.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'ab'), { maxLength: 4 })
  .map((parts) => parts.join('/'));
const filed = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('one', 'two', 'three', 'four'),
    source: fc.constantFrom('', 'lib'),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ id }) => id },
);

const isWithin = (folder: string, file: string): boolean =>
  folder === '' || file === folder || file.startsWith(`${folder}/`);

describe('the index of paths', () => {
  test('finds exactly the applications that read a changed path or a folder above it', () => {
    fc.assert(
      fc.property(filed, fc.array(path, { maxLength: 3 }), (list, changed) => {
        const index = new PathIndex();
        for (const { id, source, paths } of list) index.file(id, new Map([[source, paths]]));
        const expected = list
          .filter(({ source }) => source === 'lib')
          .filter(({ paths }) => paths.some((at) => changed.some((file) => isWithin(at, file))))
          .map(({ id }) => id);
        expect([...index.concernedBy('lib', changed)].toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  test('a sibling whose name begins alike is not concerned', () => {
    const index = new PathIndex();
    index.file('site', new Map([['', ['apps/site']]]));
    expect([...index.concernedBy('', ['apps/site-two/page.yaml', 'apps/sit'])]).toEqual([]);
    expect([...index.concernedBy('', ['apps/site/page.yaml'])]).toEqual(['site']);
  });

  test('a file that was looked for and not found counts when it appears', () => {
    const index = new PathIndex();
    index.file('site', new Map([['', ['site', 'shared/extra.yaml']]]));
    expect([...index.concernedBy('', ['shared/extra.yaml'])]).toEqual(['site']);
    expect([...index.concernedBy('', ['shared/other.yaml'])]).toEqual([]);
  });

  test('an application that is filed anew is found under its new paths alone', () => {
    const index = new PathIndex();
    index.file('site', new Map([['', ['old']]]));
    index.file('site', new Map([['lib', ['new']]]));
    expect([...index.concernedBy('', ['old/x']), ...index.concernedBy('lib', ['old/x'])]).toEqual(
      [],
    );
    expect([...index.concernedBy('lib', ['new/x'])]).toEqual(['site']);
    expect([index.allOf(''), index.allOf('lib')]).toEqual([[], ['site']]);
  });

  test('an application that is dropped is not found, and its neighbours are', () => {
    const index = new PathIndex();
    index.file('one', new Map([['', ['shared']]]));
    index.file('two', new Map([['', ['shared']]]));
    index.drop('one');
    index.drop('never there');
    expect([...index.concernedBy('', ['shared/x'])]).toEqual(['two']);
  });
});
