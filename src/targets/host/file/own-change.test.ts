import { watch, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { applyEffect, createBench, manifestOf } from '../bench.testing.ts';

test('what somebody writes right after us is seen, although we had only just looked', async () => {
  // As where making it durable takes a second: the edit is old by the time we look at what we made.
  const clock = { ...systemClock, nowMs: () => Date.now() + 1_000 };
  await using bench = await createBench({ clock });
  await mkdir(bench.path(''), { recursive: true });
  for (let round = 0; round < 20; round++) {
    const path = bench.path(`f${round}`);
    const watcher = watch(bench.path(''), (_type, name) => {
      if (name !== `f${round}`) return;
      watcher.close();
      writeFileSync(path, 'theirs\n');
    });
    const manifest = manifestOf('File', `f${round}`, { path, content: 'ours\n' });
    const desired = await bench.one(manifest);
    await bench.target.apply(applyEffect(desired, null));
    await expect.poll(() => bench.live(desired)).not.toMatchObject({ fields: desired.fields });
  }
});
