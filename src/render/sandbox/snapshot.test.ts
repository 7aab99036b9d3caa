import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';

/** Memories of a few pages and a rest, some of them empty. */
const memory = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 })), { maxLength: 6 })
  .chain((pages) => fc.record({ pages: fc.constant(pages), rest: fc.nat(5_000) }))
  .map(({ pages, rest }) => {
    const bytes = new Uint8Array(pages.length * 4_096 + rest);
    for (const [index, value] of pages.entries()) bytes[index * 4_096 + rest] = value;
    return bytes;
  });

test('a memory is again what it was, whatever was written to it since', () => {
  fc.assert(
    fc.property(memory, fc.infiniteStream(fc.nat(255)), (bytes, noise) => {
      const before = bytes.slice();
      const snapshot = takeSnapshot(bytes);
      for (let at = 0; at < bytes.length; at += 7) bytes[at] = noise.next().value ?? 0;
      restoreSnapshot(snapshot, bytes);
      expect(Buffer.compare(bytes, before)).toBe(0);
    }),
  );
});

test('what is empty is not kept', () => {
  const bytes = new Uint8Array(100 * 4_096);
  bytes[50 * 4_096] = 1;
  const { stretches } = takeSnapshot(bytes);
  expect(stretches.map(({ at, bytes: kept }) => [at, kept.length])).toEqual([[50 * 4_096, 4_096]]);
});
