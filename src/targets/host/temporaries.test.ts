import { expect, test } from 'vitest';
import { systemClock } from '../../system/clock.ts';
import { openProcessTable, ownIdentity } from '../../system/processes.ts';
import { Temporaries } from './temporaries.ts';

test('two targets of one controller never give the same name: they may write into one folder at once', async () => {
  const table = await openProcessTable();
  const self = await ownIdentity(table);
  const targets = [0, 1].map(() => new Temporaries(systemClock, table, self));
  const names = targets.flatMap((target) => [target.next(), target.next()]);
  expect(new Set(names).size).toBe(4);
});
