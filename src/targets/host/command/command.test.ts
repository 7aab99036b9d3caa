import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import { key, steps } from '../bench.testing.ts';
import { command, createCommandBench } from './bench.testing.ts';
import type { CommandBench } from './bench.testing.ts';

let bench: CommandBench;
beforeEach(async () => {
  bench = await createCommandBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('leaving the source', () => {
  test('only forgets it, and says so', async () => {
    await bench.release(bench.marking());
    const { plan, error } = await bench.release();
    expect(steps(plan)).toEqual([]);
    expect(plan.warnings).toEqual([
      'Command/setup is no longer wanted; what it did stays as it is',
    ]);
    expect(error).toBeNull();
    expect((await bench.target.ledger.load(key))?.entries).toEqual([]);
    expect(existsSync(bench.path('done'))).toBe(true);
  });
});

describe('a manifest', () => {
  const refused = async (spec: JsonObject): Promise<string> => {
    const result = await bench.prepare(command(spec));
    if (result.ok) throw new Error('it was taken');
    expect(result.error.code).toBe('target.manifest-invalid');
    return result.error.message;
  };

  test('is refused with what is wrong and where', async () => {
    expect(await refused({})).toContain('app/setup.yaml:3: Command/setup: spec.run is missing');
    expect(await refused({ run: [] })).toContain('spec.run needs a program');
    expect(await refused({ run: ['echo', 1] })).toContain('spec.run[1] must be text: write "1"');
    expect(await refused({ runs: ['x'], run: ['x'] })).toContain('did you mean run?');
    expect(await refused({ run: ['x'], env: { FAIRLEAD_X: '1' } })).toContain(
      'belongs to Fairlead',
    );
    expect(await refused({ run: ['x'], env: { A: 1 } })).toContain('spec.env.A must be text');
    expect(await refused({ run: ['x'], timeout: 5 })).toContain('write "5s" for seconds');
    expect(await refused({ run: ['x'], cwd: 'here' })).toContain('must be an absolute path');
  });
});

describe('a project with hostPaths', () => {
  const prepare = async (kinds: readonly string[], spec: JsonObject): Promise<string | null> => {
    const project = {
      name: 'web',
      sources: [],
      targets: [],
      kinds,
      hostPaths: [bench.path('inside')],
      origin: { file: 'fairlead.yaml' },
    };
    const result = await bench.target.prepare([command(spec)], { key, project });
    return result.ok ? null : result.error.code;
  };

  test('has commands only where it names them, and then in its folders', async () => {
    const run = ['true'];
    expect(await prepare([], { run })).toBe('target.not-permitted');
    expect(await prepare(['Command'], { run })).toBeNull();
    expect(await prepare(['host.fairlead.dev/Command'], { run })).toBeNull();
    const kinds = ['Command'];
    expect(await prepare(kinds, { run, cwd: bench.path('inside/a') })).toBeNull();
    expect(await prepare(kinds, { run, cwd: bench.path('outside') })).toBe('target.not-permitted');
    const env = { A: { fromEnv: 'PATH' } };
    expect(await prepare(kinds, { run, env })).toBe('target.not-permitted');
  });
});
