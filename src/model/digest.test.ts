import { expect, test } from 'vitest';
import { sha256 } from '../system/hasher.ts';
import { digestOf, shortDigest } from './digest.ts';

test('hashes scheme and canonical text, so that equal values under two schemes have two digests', () => {
  expect(digestOf(sha256, 'a-v1', { b: 1, a: 2 })).toBe(`sha256:${sha256('a-v1\n{"a":2,"b":1}')}`);
  expect(digestOf(sha256, 'a-v2', { b: 1, a: 2 })).not.toBe(
    digestOf(sha256, 'a-v1', { b: 1, a: 2 }),
  );
});

test('shows the first twelve digits', () => {
  expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789ab');
});
