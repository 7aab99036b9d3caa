import { expect, test } from 'vitest';
import { check, NotSo } from './claim.ts';

const { signal } = new AbortController();

test('a claim that comes true is met, and says how long it took', async () => {
  let looks = 0;
  const claim = { says: 'three looks', look: async () => String((looks += 1)), expected: '3' };
  expect(await check(claim, { signal })).toBeGreaterThan(0);
  expect(looks).toBe(3);
});

test('a claim that does not come true says what was expected and what was seen last', async () => {
  const claim = { says: 'the page is there', look: async () => 'not found', expected: 'welcome' };
  const failure = await check(claim, { withinMs: 30, signal }).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(NotSo);
  expect(failure).toMatchObject({
    message: 'the page is there',
    expected: 'welcome',
    seen: 'not found',
  });
});

test('an error counts as seen, so that an outage can be expected', async () => {
  const look = async (): Promise<string> => {
    throw new Error('connect ECONNREFUSED 127.0.0.1:1');
  };
  await check({ says: 'nobody answers', look, expected: /ECONNREFUSED/ }, { signal });
  await expect(
    check({ says: 'somebody answers', look, expected: 'ok' }, { withinMs: 0, signal }),
  ).rejects.toMatchObject({ seen: 'connect ECONNREFUSED 127.0.0.1:1' });
});

test('an interrupt ends the waiting with its own reason', async () => {
  const interrupt = new AbortController();
  const checked = check(
    { says: 'never', look: async () => 'no', expected: 'yes' },
    { signal: interrupt.signal },
  );
  interrupt.abort(new Error('interrupted'));
  await expect(checked).rejects.toThrow('interrupted');
});
