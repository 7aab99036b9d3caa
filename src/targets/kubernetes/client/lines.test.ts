import { expect, test } from 'vitest';
import { Lines } from './lines.ts';

test('lines come out whole, however the pieces were cut', () => {
  const text = 'one\n\nzwei mit ä\nrest';
  for (let size = 1; size <= text.length + 1; size++) {
    const lines = new Lines();
    const bytes = Buffer.from(text);
    const out: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      out.push(...lines.push(bytes.subarray(at, at + size)));
    expect(out).toEqual(['one', '', 'zwei mit ä']);
    expect(lines.restBytes).toBe(4);
    expect([lines.flush(), lines.flush()]).toEqual(['rest', '']);
  }
});
