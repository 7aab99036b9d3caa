import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Json } from '../../src/model/json.ts';
import { readVocabulary } from '../../src/render/sandbox/vocabulary.testing.ts';
import { createTestSandbox } from '../../src/render/sandbox/sandbox.testing.ts';
import { parityCases } from './case.ts';
import type { ParityCase } from './case.ts';

/** What the engines say that they understand is all tried: there is no field and no function without a case. */

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const textsOf = (cases: readonly (readonly [string, ParityCase])[], wanted: RegExp): string[] =>
  cases.flatMap(([, { files }]) =>
    Object.entries(files).flatMap(([path, content]) =>
      wanted.test(path) && typeof content === 'string' ? [content] : [],
    ),
  );

test('every field of a kustomization occurs in a case that works', async () => {
  const { kustomization } = await readVocabulary(sandbox);
  const tried = new Set<string>();
  const add = (value: Json, above: string): void => {
    if (Array.isArray(value)) for (const item of value) add(item, above);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        tried.add(`${above}${name}`);
        add(member, `${above}${name}.`);
      }
    }
  };
  for (const text of textsOf(
    parityCases('overlays').work,
    /kustomization\.ya?ml$|Kustomization$/,
  )) {
    for (const document of parseAllDocuments(text)) add(document.toJS() as Json, '');
  }
  expect(kustomization.length).toBeGreaterThan(100);
  expect(kustomization.filter((field) => !tried.has(field))).toEqual([]);
});

test('every function of templates is called in a case that works', async () => {
  const { functions } = await readVocabulary(sandbox);
  const called = new Set<string>();
  for (const text of textsOf(parityCases('charts').work, /(?:^|\/)templates\//)) {
    for (const [, action = ''] of text.matchAll(/\{\{([^]*?)\}\}/g)) {
      const code = action.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
      for (const [word] of code.matchAll(/(?<![.$\w])[A-Za-z]\w*/g)) called.add(word);
    }
  }
  expect(functions.length).toBeGreaterThan(200);
  expect(functions.filter((name) => !called.has(name))).toEqual([]);
});

test('there are as many cases as there should be', () => {
  expect(parityCases('overlays').work.length).toBeGreaterThanOrEqual(60);
  expect(parityCases('charts').work.length).toBeGreaterThanOrEqual(30);
});
