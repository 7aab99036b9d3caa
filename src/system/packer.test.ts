import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemPacker } from './packer.ts';

test('what was packed is the same text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(systemPacker.unpack(systemPacker.pack(text))).toBe(text);
    }),
  );
});

test('what is packed keeps no more memory than it needs', () => {
  const packed = systemPacker.pack('shop '.repeat(1_000));
  expect(packed.length).toBeLessThan(100);
  expect(packed.buffer.byteLength).toBe(packed.length);
});
