import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accepts,
  openMappings,
  patternsIn,
  silentFields,
} from '../../config/json-schema.testing.ts';
import type { JsonObject } from '../../model/json.ts';
import { createBench, manifestOf } from './bench.testing.ts';
import { hostSchema } from './schema.ts';

const schema = hostSchema();

test('every field has a description for editors', () => {
  expect(silentFields(schema)).toEqual([]);
});

test('no field of any mapping is left open', () => {
  expect(openMappings(schema)).toEqual([]);
});

test('every pattern works as editors compile it', () => {
  expect(() => patternsIn(schema).map((pattern) => new RegExp(pattern, 'u'))).not.toThrow();
});

test('the schema takes what the target takes, and refuses what it refuses', async () => {
  await using bench = await createBench();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-schema-'));
  const path = join(folder, 'x');
  const specs: readonly [kind: string, spec: JsonObject][] = [
    ['File', { path, content: 'x' }],
    ['File', { path, content: 'x', mode: '0640', owner: 'root:0' }],
    ['File', { path, contentFrom: { fromEnv: 'PATH' } }],
    ['File', { path }],
    ['File', { path, content: 'x', contentFrom: { fromEnv: 'PATH' } }],
    ['File', { path, content: 'x', mode: 640 }],
    ['Directory', { path, mode: '2775' }],
    ['Directory', { path, mode: '9' }],
    ['Directory', { path, content: 'x' }],
    ['Command', { run: ['true'], env: { A: '1', B: { fromEnv: 'PATH' } }, timeout: '1m' }],
    ['Command', { run: ['true'], check: ['true'], checkTimeout: '1s' }],
    ['Command', { run: [] }],
    ['Command', { run: 'true' }],
    ['Command', { run: ['true'], env: { A: 1 } }],
    ['Command', { run: ['true'], timeout: 5 }],
    ['Command', { check: ['true'] }],
    ['Process', { argv: ['sleep', '1'] }],
    ['Process', { argv: ['sleep', '1'], probe: { http: { port: 80 } } }],
    ['Process', { argv: ['sleep', '1'], probe: { http: { port: 0 } } }],
    ['Process', { argv: ['sleep', '1'], probe: {} }],
    ['Process', {}],
    ['Unknown', {}],
  ];
  try {
    for (const [kind, spec] of specs) {
      const manifest = manifestOf(kind, 'x', spec);
      const { ok } = await bench.prepare(manifest);
      expect([kind, spec, accepts(schema, manifest.body)]).toEqual([kind, spec, ok]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
