import { expect, test } from 'vitest';
import { createFieldLocator } from './locate-field.ts';

const text = `# two and a list
kind: File
metadata: {name: a}
spec:
  path: /a
  mode: 0644
---
kind: FileList
items:
  - kind: File
    metadata: {name: b}
    spec: {path: /b}
  - kind: File
    metadata:
      name: c
    spec:
      path: /c
`;

const at = (name: string, line: number) => ({ kind: 'File', name, origin: { file: 'x', line } });

test('a field is found where it stands, its name or its value, also in an item of a list', () => {
  const locate = createFieldLocator(text);
  expect(locate(at('a', 2), ['spec', 'mode'], false)).toEqual({ line: 6, column: 9 });
  expect(locate(at('a', 2), ['spec', 'mode'], true)).toEqual({ line: 6, column: 3 });
  expect(locate(at('b', 10), ['spec', 'path'], false)).toEqual({ line: 12, column: 18 });
  expect(locate(at('c', 13), ['spec', 'path'], false)).toEqual({ line: 17, column: 13 });
});

test('what is missing is missed in what should hold it', () => {
  expect(createFieldLocator(text)(at('a', 2), ['spec', 'content'], false)).toMatchObject({
    line: 5,
  });
});

test('of what does not stand there as it is no place is told', () => {
  const locate = createFieldLocator(text);
  expect(locate(at('a', 3), ['spec'], false)).toBeNull();
  expect(locate(at('other', 2), ['spec'], false)).toBeNull();
  expect(createFieldLocator('kind: {{ .Kind }}\n')(at('a', 1), ['spec'], false)).toBeNull();
});
