import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../system/clock.ts';
import type { Clock } from '../../system/clock.ts';
import { createHelmRenderer } from '../helm/renderer.ts';
import type { RenderParameters, RenderResult } from '../renderer.ts';
import { createTestRepository } from '../tree.testing.ts';
import type { TestRepository } from '../tree.testing.ts';
import { createSandbox } from './pool.ts';
import type { Sandbox } from './sandbox.ts';
import { createTestSandbox, testCache, testSeed } from './sandbox.testing.ts';

// Each makes threads anew, of which some have to use up their limit; on a machine under load that takes its time.
vi.setConfig({ testTimeout: 120_000 });

let repository: TestRepository;
const sandbox = createTestSandbox();
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

const parameters: RenderParameters = { application: 'web', environment: 'dev', timeoutMs: 30_000 };
const chart = (template: string): Record<string, string> => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'app/templates/a.yaml': template,
});
const map = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: ${value}\n`;

const renderIn = (
  where: Sandbox,
  template: string,
  more: Partial<RenderParameters> = {},
): Promise<RenderResult> =>
  createHelmRenderer({ sandbox: where, seedOf: testSeed }).render(
    repository.commit(chart(template)),
    'app',
    { ...parameters, ...more },
  );
const render = (template: string, more?: Partial<RenderParameters>): Promise<RenderResult> =>
  renderIn(sandbox, template, more);

async function expectToWork(where: Sandbox = sandbox): Promise<void> {
  expect(await renderIn(where, map('works'))).toMatchObject({
    ok: true,
    value: { manifests: [{ body: { data: { a: 'works' } } }] },
  });
}

const forever = '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}';

/** Takes a moment: longer than it takes to ask how long it took. */
const slowly = `{{ range until 300000 }}{{ end }}${map('works')}`;

describe('a render that goes wrong concerns no other', () => {
  test('one that does not end is ended', async () => {
    expect(await render(forever, { timeoutMs: 300 })).toMatchObject({
      ok: false,
      error: { code: 'render.timeout' },
    });
    await expectToWork();
  });

  test('one that was kept from rendering for longer than its limit still renders', async () => {
    const limitMs = 12_345;
    let passed = 0;
    // Nobody knows for how long a machine lets a process wait.
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) => {
        if (ms !== limitMs || passed > 0) return systemClock.sleep(ms, signal);
        passed += 1;
        return Promise.resolve();
      },
    };
    await using own = createSandbox({ clock, cacheDirectory: testCache, maxWorkers: 1 });
    expect(await renderIn(own, slowly, { timeoutMs: limitMs })).toMatchObject({ ok: true });
    expect(passed).toBe(1);
  });

  test('one that never gets to rendering is tried again', async () => {
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        ms < 10_000 ? systemClock.sleep(ms, signal) : systemClock.sleep(1, signal),
    };
    await using own = createSandbox({ clock, cacheDirectory: testCache, maxWorkers: 1 });
    expect(await renderIn(own, forever, { timeoutMs: 200_000 })).toMatchObject({
      ok: false,
      error: { code: 'render.overdue', retryable: true },
    });
  });

  test('one that takes all memory is told so', async () => {
    expect(await render('{{ until 100000000 | len }}')).toMatchObject({
      ok: false,
      error: { code: 'render.memory' },
    });
    await expectToWork();
  });

  test('one that calls itself is refused', async () => {
    const template = '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}';
    expect(await render(template)).toMatchObject({
      ok: false,
      error: { code: 'render.engine-refused', message: expect.stringContaining('nested') },
    });
    await expectToWork();
  });

  test('one that gives too much is refused', async () => {
    const template = `{{ $a := repeat 40000000 "a" }}${map('{{ $a }}')}---\n${map('{{ $a }}')}`;
    const result = await render(template);
    expect(result.ok ? 'ok' : result.error.code).toMatch(/^render\.(?:too-large|memory)$/);
    await expectToWork();
  });

  test(
    'one that takes long does not hold up the others, even with one thread',
    {
      timeout: 120_000,
    },
    async () => {
      const ended: string[] = [];
      const slow = render(forever, { timeoutMs: 5_000 }).then(() => ended.push('slow'));
      const quick = render(map('quick')).then(() => ended.push('quick'));
      await Promise.all([slow, quick]);
      expect(ended).toEqual(['quick', 'slow']);
    },
  );
});

describe('nothing of the machine is there', () => {
  test.each([
    ['a file', '{{ .Files.Get "/etc/hostname" }}'],
    ['a file above the repository', '{{ .Files.Get "../../../etc/hostname" }}'],
    ['the network', '{{ getHostByName "localhost" }}'],
  ])('%s', async (_, expression) => {
    expect(await render(map(`x${expression}`))).toMatchObject({
      ok: true,
      value: { manifests: [{ body: { data: { a: 'x' } } }] },
    });
  });

  test.each(['env "PATH"', 'expandenv "$PATH"'])('the environment (%s)', async (expression) => {
    expect(await render(map(`{{ ${expression} }}`))).toMatchObject({ ok: false });
  });
});

describe('chance and time', () => {
  const everything = map(`|
    {{ randAlphaNum 20 }} {{ randInt 0 1000000 }} {{ uuidv4 }} {{ shuffle "abcdefghijklmnop" }}
    {{ now | unixEpoch }} {{ keys (dict "a" 1 "b" 2 "c" 3 "d" 4) | join "," }}
    {{ genPrivateKey "ecdsa" | sha256sum }} {{ (genSelfSignedCert "a" nil nil 365).Cert | sha256sum }}`);
  const drawn = (result: RenderResult): unknown => {
    if (!result.ok) throw result.error;
    return result.value.manifests[0]?.body['data'];
  };

  test('are the same in every render, whatever was rendered before and by which thread', async () => {
    const first = drawn(await render(everything));
    await render(map('{{ randAlphaNum 5 }}'));
    expect(drawn(await render(everything))).toEqual(first);
    await using other = createTestSandbox();
    expect(drawn(await renderIn(other, everything))).toEqual(first);
  });

  test('are others for another application', async () => {
    const renderer = createHelmRenderer({
      sandbox,
      seedOf: ({ name }) => ({
        clockMs: 0,
        entropy: new Uint8Array(32).fill(name.length),
      }),
    });
    const tree = repository.commit(chart(map('{{ randAlphaNum 20 }} {{ randInt 0 1000000 }}')));
    const of = async (application: string): Promise<unknown> =>
      drawn(await renderer.render(tree, 'app', { ...parameters, application }));
    expect(await of('a')).not.toEqual(await of('bb'));
  });
});

describe('threads and the module', () => {
  test('threads end when nothing is rendered, and come back', async () => {
    await using own = createSandbox({
      clock: systemClock,
      cacheDirectory: testCache,
      idleMs: 10,
      forgetMs: 20,
    });
    await expectToWork(own);
    expect(own.workers).toBe(1);
    while (own.workers > 0) await systemClock.sleep(5);
    await expectToWork(own);
  });

  test('a module that was changed on disk is not used, and put right', async () => {
    const cacheDirectory = mkdtempSync(join(tmpdir(), 'fairlead-engine-'));
    const folder = join(cacheDirectory, 'engine');
    try {
      {
        await using first = createSandbox({ clock: systemClock, cacheDirectory });
        await expectToWork(first);
      }
      const [name = ''] = readdirSync(folder);
      const path = join(folder, name);
      const good = readFileSync(path);
      const bad = Buffer.from(good);
      bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
      writeFileSync(path, bad);
      await using second = createSandbox({ clock: systemClock, cacheDirectory });
      await expectToWork(second);
      expect(readFileSync(path).equals(good)).toBe(true);
      expect(readdirSync(folder)).toEqual([name]);
    } finally {
      rmSync(cacheDirectory, { recursive: true, force: true });
    }
  });
});
