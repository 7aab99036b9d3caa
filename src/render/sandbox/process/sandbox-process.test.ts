import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { createHelmRenderer } from '../../helm/renderer.ts';
import type { RenderParameters, RenderResult } from '../../renderer.ts';
import { createTestRepository } from '../../tree.testing.ts';
import type { TestRepository } from '../../tree.testing.ts';
import type { Sandbox } from '../sandbox.ts';
import { testCache, testSeed } from '../sandbox.testing.ts';
import { createSandboxProcess } from './sandbox-process.ts';

let repository: TestRepository;
const sandbox = createSandboxProcess({ clock: systemClock, cacheDirectory: testCache });
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

const map = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: ${value}\n`;
const forever = '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}';

function render(
  template: string,
  where: Sandbox = sandbox,
  more: Partial<RenderParameters> = {},
): Promise<RenderResult> {
  const tree = repository.commit({
    'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'app/values.yaml': 'greeting: hello\n',
    'app/templates/a.yaml': template,
  });
  const parameters = { application: 'web', environment: 'dev', timeoutMs: 30_000, ...more };
  return createHelmRenderer({ sandbox: where, seedOf: testSeed }).render(tree, 'app', parameters);
}

const works = { ok: true, value: { manifests: [{ body: { data: { a: 'hello' } } }] } };
const greeting = map('{{ .Values.greeting }}');

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('what is rendered and what was read are told to who asked', async () => {
  const result = await render(greeting);
  expect(result).toMatchObject(works);
  const read = result.ok ? [...result.value.readSet.keys()] : [];
  expect(read).toEqual(expect.arrayContaining(['app/values.yaml', 'app/templates/a.yaml']));
});

test('an error is the same as from within', async () => {
  expect(await render('{{ fail "no" }}')).toMatchObject({
    ok: false,
    error: {
      code: 'render.engine-refused',
      message: expect.stringContaining('no'),
      class: 'input',
    },
  });
});

test('a number that cannot be kept is refused', async () => {
  expect(await render(map('12345678901234567890'))).toMatchObject({
    ok: false,
    error: { code: 'render.number-inexact' },
  });
});

test('one that does not end is ended, and the others go on', async () => {
  const [slow, quick] = await Promise.all([
    render(forever, sandbox, { timeoutMs: 1_500 }),
    render(greeting),
  ]);
  expect(slow).toMatchObject({ ok: false, error: { code: 'render.timeout' } });
  expect(quick).toMatchObject(works);
});

test('the process ends when nothing is rendered, and comes back', async () => {
  await using own = createSandboxProcess({
    clock: systemClock,
    cacheDirectory: testCache,
    idleMs: 10,
  });
  expect(await render(greeting, own)).toMatchObject(works);
  const { pid } = own;
  while (own.workers > 0) await systemClock.sleep(5);
  while (pid !== null && isThere(pid)) await systemClock.sleep(5);
  expect(await render(greeting, own)).toMatchObject(works);
});

test('what was under way when the process is killed may be tried again', async () => {
  expect(await render(greeting)).toMatchObject(works);
  const { pid } = sandbox;
  const lost = render(forever, sandbox, { timeoutMs: 60_000 });
  if (pid !== null) process.kill(pid, 'SIGKILL');
  expect(await lost).toMatchObject({
    ok: false,
    error: { code: 'render.engine-lost', retryable: true },
  });
  expect(await render(greeting)).toMatchObject(works);
});

test('it ends with the process that started it, whatever it does', async () => {
  const program = `
    import { createSandboxProcess } from ${JSON.stringify(new URL('./sandbox-process.ts', import.meta.url).href)};
    const sandbox = createSandboxProcess({ clock: { sleep: () => new Promise(() => {}) }, cacheDirectory: ${JSON.stringify(testCache)} });
    const files = { 'Chart.yaml': 'apiVersion: v2\\nname: a\\nversion: 1.0.0\\n', 'templates/a.yaml': ${JSON.stringify(forever)} };
    const at = (path) => path.replace(/^\\/app\\/?/, '');
    const answers = {
      kind: (path) => ({ kind: at(path) in files ? 'file' : ['', 'templates'].includes(at(path)) ? 'folder' : 'absent' }),
      content: (path) => ({ bytes: at(path) in files ? Buffer.from(files[at(path)]) : null }),
      members: (path) => ({ bytes: Buffer.from(at(path) === '' ? '1Chart.yaml\\0' + '2templates\\0' : '1a.yaml\\0') }),
      real: (path) => ({ bytes: Buffer.from(path) }),
    };
    const asked = new Set();
    const ask = async (question, path) => {
      asked.add(path);
      if (path.endsWith('a.yaml')) console.log(sandbox.pid);
      return answers[question](path);
    };
    const helm = { chart: '/app', releaseName: 'a', namespace: 'a', valuesFiles: [], values: {}, skipCRDs: false, skipTests: true, kubeVersion: '', apiVersions: [] };
    await sandbox.render({ request: { op: 'helm', helm }, files: { ask, foresee: async () => [], use: () => {} }, project: 'p', clockMs: 0, entropy: new Uint8Array(32), timeoutMs: 3_600_000, resource: 'app' });
  `;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(starter.stdout), 'line')) as [string];
  const pid = Number(line);
  expect(isThere(pid)).toBe(true);
  starter.kill('SIGKILL');
  while (isThere(pid)) await systemClock.sleep(20);
});
