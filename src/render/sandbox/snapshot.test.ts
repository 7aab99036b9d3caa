import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restoreSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** Memories with some stretches in them, and a place to begin at. */
const memory = fc.record({
  gaps: fc.array(fc.record({ gap: fc.nat(50), length: fc.integer({ min: 1, max: 50 }) })),
  rest: fc.nat(50),
  from: fc.nat(200),
});

test('a memory is again what it was from some place on, whatever was written to it since', () => {
  fc.assert(
    fc.property(memory, fc.infiniteStream(fc.nat(255)), ({ gaps, rest, from }, noise) => {
      const stretches: { at: number; bytes: Uint8Array }[] = [];
      let end = 0;
      for (const { gap, length } of gaps) {
        const bytes = new Uint8Array(length).map((_, at) => (at % 255) + 1);
        stretches.push({ at: end + gap, bytes });
        end += gap + length;
      }
      const before = new Uint8Array(end + rest);
      for (const { at, bytes } of stretches) before.set(bytes, at);
      const snapshot: Snapshot = { stretches };
      const written = before.map((byte, at) => (at % 3 === 0 ? (noise.next().value ?? 0) : byte));
      const after = written.slice();
      const start = Math.min(from, after.length);
      restoreSnapshot(snapshot, after, start);
      expect(Buffer.compare(after.subarray(start), before.subarray(start))).toBe(0);
      expect(Buffer.compare(after.subarray(0, start), written.subarray(0, start))).toBe(0);
    }),
  );
});
