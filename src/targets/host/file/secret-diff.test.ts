import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import { unwrap } from '../../../model/result.ts';
import { contentDigest } from './content.ts';
import { createBench, manifestOf } from '../bench.testing.ts';
import type { Bench } from '../bench.testing.ts';

/** A plan shows no content that Git does not hold and not everybody on the machine may read. */

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const canary = 'hunter2-swordfish';
const file = (spec: JsonObject) =>
  manifestOf('File', 'f', { path: bench.path('f'), mode: '0600', ...spec });

async function planText(spec: JsonObject): Promise<string> {
  return JSON.stringify(unwrap(await bench.plan(file(spec))));
}

test('a secret file that becomes a plain one shows neither its old content nor a digest to guess it from', async () => {
  bench.env['TOKEN'] = canary;
  expect((await bench.release(file({ contentFrom: { fromEnv: 'TOKEN' } }))).error).toBe(null);
  const plan = await planText({ content: 'public\n' });
  expect(plan).not.toContain(canary);
  expect(plan).not.toContain(contentDigest(canary).slice('sha256:'.length));
  // It is carried out, and from then on a plain file like any other.
  const { plan: done, error } = await bench.release(file({ content: 'public\n' }));
  expect([done.changes.length, error]).toEqual([1, null]);
  expect(unwrap(await bench.plan(file({ content: 'public\n' }))).plan.changes).toEqual([]);
  expect(await planText({ content: 'next\n' })).toContain('-public');
});

test('a secret file that becomes a plain one of the same content is known as plain then', async () => {
  bench.env['TOKEN'] = 'same';
  await bench.release(file({ contentFrom: { fromEnv: 'TOKEN' } }));
  expect((await bench.release(file({ content: 'same' }))).error).toBe(null);
  expect(unwrap(await bench.plan(file({ content: 'same' }))).plan.changes).toEqual([]);
});

test('a plain file that becomes a secret one shows nothing of the new content', async () => {
  await bench.release(file({ content: 'public\n' }));
  bench.env['TOKEN'] = canary;
  const plan = await planText({ contentFrom: { fromEnv: 'TOKEN' } });
  expect(plan).not.toContain(canary);
  expect(plan).not.toContain(contentDigest(canary).slice('sha256:'.length));
});

test('what somebody wrote into a file that not everybody may read is not shown', async () => {
  await bench.release(file({ content: 'public\n' }));
  writeFileSync(bench.path('f'), canary);
  expect(await planText({ content: 'public\n' })).not.toContain(canary);
  chmodSync(bench.path('f'), 0o644);
  expect(await planText({ content: 'public\n' })).toContain(canary);
});

test('what is in a file that nobody gave us is not shown unless everybody may read it', async () => {
  mkdirSync(bench.path(''), { recursive: true });
  writeFileSync(bench.path('f'), canary, { mode: 0o600 });
  expect(await planText({ content: 'public\n' })).not.toContain(canary);
});

test('what somebody else put there waits for a person, and is kept aside when it is overwritten', async () => {
  mkdirSync(bench.path(''), { recursive: true });
  writeFileSync(bench.path('f'), canary, { mode: 0o644 });
  const planned = unwrap(await bench.plan(file({ content: 'ours\n' })));
  expect(planned.plan.guards.map(({ code }) => code)).toEqual(['not-made-here']);
  expect((await bench.release(file({ content: 'ours\n' }))).error).toBe(null);
  expect(readFileSync(bench.path('f'), 'utf8')).toBe('ours\n');
  const kept = bench.path('../state/kept/shop@dev');
  const [name, ...others] = readdirSync(kept);
  expect(others).toEqual([]);
  expect(readFileSync(join(kept, name!), 'utf8')).toBe(canary);
  expect(statSync(join(kept, name!)).mode & 0o777).toBe(0o600);
  // What is ours, and what somebody changed in it, is no such thing.
  writeFileSync(bench.path('f'), 'drift');
  expect(unwrap(await bench.plan(file({ content: 'ours\n' }))).plan.guards).toEqual([]);
  expect((await bench.release(file({ content: 'next\n' }))).error).toBe(null);
  expect(readdirSync(kept)).toEqual([name]);
});

test('a link in the way is kept as the link it was, beside what was kept before', async () => {
  mkdirSync(bench.path(''), { recursive: true });
  for (const to of ['first', 'second']) {
    symlinkSync(to, bench.path('f'));
    expect((await bench.release(file({ content: 'ours\n' }))).error).toBe(null);
    expect((await bench.release()).error).toBe(null);
  }
  const kept = bench.path('../state/kept/shop@dev');
  expect(readdirSync(kept).map((name) => readlinkSync(join(kept, name)))).toEqual([
    'first',
    'second',
  ]);
});
