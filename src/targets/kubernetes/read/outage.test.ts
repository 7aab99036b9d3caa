import { expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { credentialPluginFailed } from '../auth/errors.ts';
import { forbidden, unavailable } from '../client/errors.ts';
import { Outage } from './outage.ts';

async function askedOf(error: Error): Promise<number> {
  let asked = 0;
  const outage = new Outage(systemClock);
  const ask = () =>
    outage.ask(async () => {
      asked += 1;
      throw error;
    });
  for (let at = 0; at < 3; at++) await expect(ask()).rejects.toBe(error);
  return asked;
}

test('a server that does not answer is not asked by everybody', async () => {
  expect(await askedOf(unavailable({ message: 'nobody is there' }))).toBe(1);
});

test('a program that gives no credentials is not started by everybody', async () => {
  expect(await askedOf(credentialPluginFailed({ message: 'it hangs' }))).toBe(1);
});

test('what one of them may not do says nothing to the others', async () => {
  expect(await askedOf(forbidden({ message: 'no' }))).toBe(3);
});
