import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlainRenderer } from './plain.ts';
import { createPlainBench, manifestFile, plainParameters } from './plain.testing.ts';
import type { PlainBench } from './plain.testing.ts';

let bench: PlainBench;
beforeAll(async () => {
  bench = await createPlainBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('what cannot be rendered whole is a failure with a place, never a part', () => {
  test('a folder that is not there', async () => {
    expect(await bench.errorOf({ 'other/a.yaml': manifestFile('a') })).toMatchObject({
      code: 'render.path-missing',
      class: 'input',
      message: 'There is no folder app in the source.',
    });
  });

  test('a file where a folder should be', async () => {
    expect(await bench.errorOf({ app: 'x' })).toMatchObject({ code: 'render.path-missing' });
  });

  test('broken YAML', async () => {
    expect(
      await bench.errorOf({ 'app/a.yaml': manifestFile('a'), 'app/b.yaml': 'a: 1\nb: "open\n' }),
    ).toMatchObject({
      code: 'render.yaml-syntax',
      resource: 'app/b.yaml:3:1',
      message: expect.stringContaining('app/b.yaml:3:1: '),
    });
  });

  test('broken JSON', async () => {
    expect(await bench.errorOf({ 'app/b.json': '{"a": [1,}' })).toMatchObject({
      code: 'render.yaml-syntax',
    });
  });

  test('a key given twice', async () => {
    expect(
      await bench.errorOf({ 'app/a.yaml': manifestFile('a', 'spec: {x: 1,\n  x: 2}\n') }),
    ).toMatchObject({
      code: 'render.yaml-syntax',
      resource: 'app/a.yaml:5:3',
    });
  });

  test('a file that is no text', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': new Uint8Array([0xff, 0xfe, 0x00]) })).toMatchObject(
      {
        code: 'render.yaml-syntax',
        message: 'app/a.yaml:1:1: the file is not UTF-8 text',
      },
    );
  });

  test.each([
    ['a: 1\n', 'apiVersion is missing'],
    ['- 1\n', 'this is not a mapping with apiVersion and kind'],
    ['apiVersion: v1\nmetadata: {name: a}\n', 'kind is missing'],
    ['apiVersion: v1\nkind: A\n', 'metadata.name of this A is missing'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n',
      'metadata.name of this A is missing: with generateName it would be another one each time, which only a hook may be',
    ],
    ['apiVersion: v1\nkind: A\nmetadata: {name: }\n', 'metadata.name of this A is missing'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: 5}\n',
      'metadata.name of this A is not valid: 5 is a number; put it in quotes',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: yes}\n',
      'metadata.namespace of this A is not valid: true is a boolean; put it in quotes',
    ],
    ['apiVersion: v1\nkind: A\nmetadata: {name: a/b}\n', 'metadata.name of this A is not valid'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: "a\\nb"}\n',
      'metadata.name of this A is not valid',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: [b]}\n',
      'metadata.namespace of this A is not valid',
    ],
    ['apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n', 'apiVersion "a/b/c" is not valid'],
    ['apiVersion: v1\nkind: a/b\nmetadata: {name: a}\n', 'kind "a/b" is not valid'],
  ])('a document that is no manifest: %j', async (text, message) => {
    expect(
      await bench.errorOf({ 'app/a.yaml': `${manifestFile('ok')}---\n${text}` }),
    ).toMatchObject({
      code: 'render.not-a-manifest',
      message: `app/a.yaml:5: ${message}`,
    });
  });

  test('one resource declared twice, naming both places, whatever the version', async () => {
    expect(
      await bench.errorOf({
        'app/a.yaml': manifestFile('x'),
        'app/b.yaml': `\n${manifestFile('x').replace('v1alpha1', 'v2')}`,
      }),
    ).toMatchObject({
      code: 'render.duplicate-resource',
      message: 'File/x is declared at app/a.yaml:1 and app/b.yaml:2.',
    });
  });

  test.each([
    '9007199254740993',
    '1e400',
    '.inf',
    '.nan',
    '0xFFFFFFFFFFFFFFFF',
    '1e22',
    '!!int "9007199254740993"',
  ])('a number that would not survive: %s', async (number) => {
    expect(
      await bench.errorOf({ 'app/a.yaml': manifestFile('a', `spec:\n  n: ${number}\n`) }),
    ).toMatchObject({
      code: 'render.number-inexact',
      resource: expect.stringMatching(/^app\/a\.yaml:5:\d+$/),
    });
  });

  test('an alias bomb', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at <= 12; at++) {
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    }
    expect(await bench.errorOf({ 'app/a.yaml': lines.join('\n') })).toMatchObject({
      code: 'render.alias-bomb',
    });
  });

  test('an alias that refers to what it stands in', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': 'a: &a [*a]\n' })).toMatchObject({
      code: 'render.alias-bomb',
    });
  });

  test('endless nesting', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': '['.repeat(200_000) })).toMatchObject({
      code: 'render.yaml-syntax',
      message: expect.stringContaining('nesting exceeded'),
    });
  });

  test('a file beyond 10 MiB', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': `#${' '.repeat(10 * 2 ** 20)}` })).toMatchObject({
      code: 'render.too-large',
      resource: 'app/a.yaml',
    });
  });

  test('more than 32 MiB together', async () => {
    const large = `#${'x'.repeat(9 * 2 ** 20)}\n`;
    expect(
      await bench.errorOf({
        'app/a.yaml': large,
        'app/b.yaml': large,
        'app/c.yaml': large,
        'app/d.yaml': large,
      }),
    ).toMatchObject({ code: 'render.too-large', resource: 'app/d.yaml' });
  });

  test('a link that leaves the repository', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': { link: '../../../etc/passwd' } })).toMatchObject({
      code: 'source.path-escape',
    });
    expect(await bench.errorOf({ 'app/a.yaml': { link: '/etc/passwd' } })).toMatchObject({
      code: 'source.path-escape',
    });
  });

  test('a link to nothing', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': { link: 'gone.yaml' } })).toMatchObject({
      code: 'render.link-broken',
    });
  });

  test('a link to a folder above', async () => {
    expect(
      await bench.errorOf({ 'app/x.yaml': manifestFile('x'), 'app/sub/up': { link: '../..' } }),
    ).toMatchObject({
      code: 'render.link-circle',
      resource: 'app/sub/up/app',
    });
  });

  test('a link to itself', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': { link: 'a.yaml' } })).toMatchObject({
      code: 'source.symlink-loop',
    });
  });

  test('an LFS pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    expect(await bench.errorOf({ 'app/a.yaml': pointer })).toMatchObject({
      code: 'source.lfs-pointer',
    });
  });

  test('a path that would leave the repository', async () => {
    expect(await bench.errorOf({ 'app/a.yaml': manifestFile('a') }, '../etc')).toMatchObject({
      code: expect.stringMatching(/^source\.path-/),
    });
  });

  test('a render that takes longer than it may', async () => {
    let now = 0;
    const slow = createPlainRenderer({ monotonicMs: () => (now += 1000) });
    const tree = bench.repository.commit({
      'app/a.yaml': manifestFile('a'),
      'app/b.yaml': manifestFile('b'),
    });
    const rendered = await slow.render(tree, 'app', { ...plainParameters, timeoutMs: 1500 });
    expect(rendered).toMatchObject({ ok: false, error: { code: 'render.timeout' } });
  });
});
