import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSealer } from '../system/hasher.ts';
import { canonicalJson } from './json.ts';
import { isSealed, Secret } from './sealed.ts';

test('invariant 7: a secret shows itself nowhere but where it is revealed', () => {
  const secret = new Secret('hunter2');
  const shown = [
    String(secret),
    `${secret.toString()}`,
    JSON.stringify({ secret }),
    canonicalJson({ secret }),
    inspect({ secret }, { depth: null, showHidden: true }),
    Object.values(secret).join(),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
});

test('invariant 7: a seal says whether two values are equal, and nothing else', () => {
  const sealer = createSealer('k1', new Uint8Array(32).fill(7));
  const other = createSealer('k2', new Uint8Array(32).fill(8));
  expect(sealer.seal('hunter2')).toEqual(sealer.seal('hunter2'));
  expect(sealer.seal('hunter2')).not.toEqual(sealer.seal('hunter3'));
  expect(sealer.seal('hunter2')).not.toEqual(other.seal('hunter2'));
  expect(isSealed(sealer.seal('hunter2'))).toBe(true);
  expect(JSON.stringify(sealer.seal('hunter2'))).not.toContain('hunter2');
});

test('text, numbers and plain objects are no seals', () => {
  for (const value of ['x', 1, null, undefined, {}, { sealed: 1 }])
    expect(isSealed(value)).toBe(false);
});
