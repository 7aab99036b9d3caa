import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import { createTestRepository } from '../../../test/support/git.ts';
import type { TestRepository } from '../../../test/support/git.ts';
import type { EngineBench } from '../../../test/support/engine.ts';

let bench: EngineBench;

beforeEach(async () => {
  bench = await createEngineBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const key = { application: 'web', environment: 'dev' };

/** The folder never changes; what is in the file is said by the application's document. */
const says = (WORD: string, more: object = {}): string =>
  configuration({ web: { substitute: { values: { WORD } }, ...more } });

const push = (fairlead: string): Promise<string> =>
  bench.push({ 'fairlead.yaml': fairlead, 'web/a.yaml': bench.file('a', '${WORD}') });

describe('what the document of an application said at a commit belongs to it', () => {
  test('a rollback goes back in that, and a resume forward again', async () => {
    const first = await push(says('well'));
    await push(says('better'));
    expect(bench.read('a')).toBe('better');
    const outcome = await bench.api.rollback({
      ...key,
      to: null,
      reason: 'was well',
      actor: 'ada',
      approve: null,
      expiresAtMs: null,
    });
    expect(outcome).toMatchObject({
      kind: 'released',
      release: { error: null, revision: [{ commit: first }] },
    });
    expect(bench.read('a')).toBe('well');
    await push(says('best'));
    await bench.edit('a', 'by hand');
    await bench.look('web@dev');
    expect(bench.read('a')).toBe('well');
    await bench.api.resume({ ...key, actor: 'ada' });
    await bench.engine.queue.idle();
    expect(bench.read('a')).toBe('best');
  });

  test('a change of it that does not become healthy is undone, and remembered as bad', async () => {
    const checks = [
      { name: 'well', exec: { argv: ['grep', '-q', 'well', bench.path('a')] }, timeout: '5s' },
    ];
    const more = { healthChecks: checks, timeouts: { health: '1s' } };
    await push(says('well', more));
    await push(says('broken', more));
    expect(bench.read('a')).toBe('well');
    expect(bench.state('web@dev')).toBe('failed, OutOfSync, Healthy');
    expect(bench.engine.applications.get('web@dev')?.status.error).toMatchObject({
      code: 'release.quarantined',
    });
    await push(says('still well', more));
    expect(bench.read('a')).toBe('still well');
    expect(bench.state('web@dev')).toBe('synced, Synced, Healthy');
  });

  test('where the last good commit had an error in it, the form that was in force then is gone back to', async () => {
    const checks = [
      { name: 'well', exec: { argv: ['grep', '-q', 'well', bench.path('a')] }, timeout: '5s' },
    ];
    const more = { healthChecks: checks, timeouts: { health: '1s' } };
    await push(says('well', more));
    const broken = says('better', { ...more, nonsense: true });
    await bench.push({ 'fairlead.yaml': broken, 'web/a.yaml': bench.file('a', '${WORD} so') });
    expect(bench.read('a')).toBe('well so');
    await bench.push({
      'fairlead.yaml': says('broken', { ...more, path: 'site' }),
      'site/a.yaml': bench.file('a', '${WORD}'),
    });
    expect(bench.state('web@dev')).toBe('failed, OutOfSync, Healthy');
    expect(bench.read('a')).toBe('well so');
    await bench.edit('a', 'by hand');
    await bench.look('web@dev');
    expect(bench.read('a')).toBe('well so');
  });

  test('a commit that does not concern the configuration has no other one recorded beside it', async () => {
    await push(says('well'));
    await bench.push({ 'web/b.yaml': bench.file('b', 'two') });
    const [last] = await bench.store.releases(key);
    expect(last).toMatchObject({ outcome: 'succeeded' });
    expect(last?.configuration).toBeUndefined();
  });

  test('one that names a folder that is not there keeps the last good state up, drift healed', async () => {
    await push(says('well'));
    await push(says('better', { path: 'wbe' }));
    expect(bench.state('web@dev')).toBe('failed, OutOfSync, Healthy');
    expect(bench.engine.applications.get('web@dev')?.status.error).toMatchObject({
      code: 'render.path-missing',
    });
    await bench.edit('a', 'by hand');
    await bench.look('web@dev');
    expect(bench.read('a')).toBe('well');
  });

  test('a plan and a rendering of an earlier commit are as it said there', async () => {
    const first = await push(says('well'));
    await push(says('better', { labels: { app: 'web' } }));
    const plan = await bench.api.plan({ ...key, revision: first });
    expect(plan.plans[0]?.changes).toMatchObject([{ action: 'update', id: { name: 'a' } }]);
    const [rendered] = await bench.api.render({ ...key, revision: first });
    expect(rendered?.documents).toMatchObject([{ spec: { content: 'well' } }]);
    await push(`${says('better')}\n---\nkind: [`);
    expect(bench.read('a')).toBe('better');
  });

  test('it is found under a former name', async () => {
    const first = await push(says('well'));
    const renamed = configuration({
      site: {
        path: 'web',
        previousNames: ['web'],
        substitute: { values: { WORD: 'better' } },
      },
    });
    await push(renamed);
    expect(bench.read('a')).toBe('better');
    await bench.api.rollback({
      application: 'site',
      environment: 'dev',
      to: first,
      reason: 'was well',
      actor: 'ada',
      approve: null,
      expiresAtMs: null,
    });
    expect(bench.read('a')).toBe('well');
  });

  test('who may do what is as it is said now', async () => {
    const first = await push(says('well'));
    const files = JSON.stringify({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Project',
      metadata: { name: 'default' },
      spec: { kinds: ['Directory'] },
    });
    await push(`${says('better', { sync: 'manual' })}\n---\n${files}`);
    expect(bench.read('a')).toBe('well');
    await expect(bench.api.plan({ ...key, revision: first })).rejects.toMatchObject({
      code: 'project.not-allowed',
    });
  });
});

describe('where the configuration is in another repository than what it deploys', () => {
  let code: TestRepository;

  beforeEach(() => {
    code = createTestRepository();
    code.commit({ 'web/a.yaml': bench.file('a', '${WORD}') });
  });

  afterEach(() => {
    code.remove();
  });

  const tell = (WORD: string, more: object = {}): Promise<string> => {
    const source = {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Source',
      metadata: { name: 'code' },
      spec: { url: code.directory },
    };
    const text = says(WORD, more).replace('"path"', '"source":"code","path"');
    return bench.push({ 'fairlead.yaml': `${text}\n---\n${JSON.stringify(source)}` });
  };
  const order = { ...key, reason: 'was well', actor: 'ada', approve: null, expiresAtMs: null };

  test('a rollback goes back to the release before, though no commit of the code lies between', async () => {
    await tell('well');
    await tell('better');
    expect(bench.read('a')).toBe('better');
    const [, first] = await bench.api.releases({ ...key, limit: 10 });
    expect(first?.configuration).toMatch(/^[0-9a-f]{40}$/);
    expect(await bench.api.rollback({ ...order, to: null })).toMatchObject({ kind: 'released' });
    expect(bench.read('a')).toBe('well');
    await bench.edit('a', 'by hand');
    await bench.look('web@dev');
    expect(bench.read('a')).toBe('well');
    await bench.api.resume({ ...key, actor: 'ada' });
    await bench.engine.queue.idle();
    expect(bench.read('a')).toBe('better');

    const plan = await bench.api.plan({ ...key, revision: first!.id });
    expect(plan.plans[0]?.changes).toMatchObject([{ action: 'update', id: { name: 'a' } }]);
    await bench.api.rollback({ ...order, to: first!.id });
    expect(bench.read('a')).toBe('well');
  });

  test('a change of the document that does not become healthy is undone', async () => {
    const checks = [
      { name: 'well', exec: { argv: ['grep', '-q', 'well', bench.path('a')] }, timeout: '5s' },
    ];
    const more = { healthChecks: checks, timeouts: { health: '1s' } };
    await tell('well', more);
    await tell('broken', more);
    expect(bench.read('a')).toBe('well');
    expect(bench.state('web@dev')).toBe('failed, OutOfSync, Healthy');
    await tell('well again', more);
    expect(bench.read('a')).toBe('well again');
  });
});
