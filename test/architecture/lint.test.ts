import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Proves that the linter reports what the house rules forbid: one violation of each rule is planted in a temporary
 * project with this project's own configuration, next to code that keeps the rules, and the linter runs over both.
 */

interface Planted {
  readonly rule: string;
  readonly says: string;
  readonly path: string;
  readonly code: string;
}

const planted: readonly Planted[] = [
  {
    rule: 'typescript(no-floating-promises)',
    says: 'a promise that nobody awaits',
    path: 'src/store/floating.ts',
    code: `export async function save(): Promise<void> {}\nexport function run(): void {\n  save();\n}\n`,
  },
  {
    rule: 'typescript(no-misused-promises)',
    says: 'an async function where nobody awaits it',
    path: 'src/store/misused.ts',
    code: `export function run(list: readonly string[]): void {\n  list.forEach(async (one) => {\n    await Promise.resolve(one);\n  });\n}\n`,
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    says: 'a switch that forgets a case',
    path: 'src/store/forgets.ts',
    code: `export function f(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n`,
  },
  {
    rule: 'import(no-cycle)',
    says: 'two files that import each other',
    path: 'src/store/cycle-a.ts',
    code: `import { b } from './cycle-b.ts';\nexport const a = (): number => b();\n`,
  },
  {
    rule: 'import(no-cycle)',
    says: 'two files whose types import each other',
    path: 'src/store/circle-a.ts',
    code: `import type { B } from './circle-b.ts';\nexport interface A {\n  readonly b: B;\n}\n`,
  },
  {
    rule: 'import(no-default-export)',
    says: 'a default export',
    path: 'src/store/default.ts',
    code: `export default 1;\n`,
  },
  ...layer('model', [
    ['../plan/good.ts', 'another layer'],
    ['../system/good.ts', 'the system'],
    ['node:path', 'a Node module'],
    ['zod', 'a package'],
    ['diff', 'a package that another pure layer may'],
  ]),
  ...layer('plan', [
    ['../health/good.ts', 'a sibling'],
    ['../release/good.ts', 'a layer above'],
    ['../system/good.ts', 'the system'],
    ['node:crypto', 'a Node module'],
    ['zod', 'a package that is not named as pure'],
  ]),
  ...layer('health', [
    ['../plan/good.ts', 'a sibling'],
    ['../store/good.ts', 'the store'],
    ['node:fs', 'a Node module'],
  ]),
  ...layer('release', [
    ['../health/good.ts', 'health'],
    ['../apply/good.ts', 'a layer above'],
    ['node:timers', 'a Node module'],
  ]),
  ...layer('apply', [
    ['../system/good.ts', 'a value of the system'],
    ['node:fs', 'a Node module'],
  ]),
  ...layer('reconcile', [
    ['../system/good.ts', 'a value of the system'],
    ['node:timers/promises', 'a Node module'],
  ]),
  ...layer('targets/host', [['../compose/good.ts', 'another target']]),
  ...layer('targets/host/deep', [['../../compose/good.ts', 'another target, from a subfolder']]),
  ...layer('store', [
    ['../cli/good.ts', 'the command line'],
    ['../main.ts', 'the composition root'],
  ]),
  {
    rule: 'fairlead(layers)',
    says: 'src/model may not name a type of an impure layer',
    path: 'src/model/type.ts',
    code: `import type { good } from '../system/good.ts';\nexport type Good = typeof good;\n`,
  },
  {
    rule: 'fairlead(layers)',
    says: 'src/model may not export another layer again',
    path: 'src/model/again.ts',
    code: `export { good } from '../plan/good.ts';\n`,
  },
  {
    rule: 'fairlead(layers)',
    says: 'src/model may not export everything of another layer',
    path: 'src/model/all.ts',
    code: `export * from '../plan/good.ts';\n`,
  },
  ...['model', 'plan', 'health', 'release', 'apply', 'reconcile'].flatMap((folder) =>
    deterministic(folder, [
      'Date.now()',
      `Date['now']()`,
      'new Date()',
      'Date()',
      'Math.random()',
      'setTimeout(() => undefined, 1)',
      'setInterval(() => undefined, 1)',
      'setImmediate(() => undefined)',
      'performance.now()',
      'crypto.randomUUID()',
      'process.env',
      'globalThis.setTimeout',
      'AbortSignal.timeout(1)',
      `import('./good.ts')`,
    ]),
  ),
];

/** Code that looks alike and keeps the rules. */
const kept: Readonly<Record<string, string>> = {
  'src/store/cycle-b.ts': `import { a } from './cycle-a.ts';\nexport const b = (): number => a();\n`,
  'src/store/circle-b.ts': `import type { A } from './circle-a.ts';\nexport interface B {\n  readonly a: A | null;\n}\n`,
  'src/main.ts': `export { good } from './cli/good.ts';\n`,
  'src/release/uses-plan.ts': `import { good } from '../plan/good.ts';\nexport const again = good;\n`,
  'src/plan/uses-model.ts': `import { good } from '../model/good.ts';\nexport const again = good;\n`,
  'src/plan/text.ts': `import { diffLines } from 'diff';\nexport const again = diffLines;\n`,
  'src/plan/dates.ts': `export const text = (atMs: number): string => new Date(atMs).toISOString();\n`,
  'src/plan/local.ts': `export const twice = (process: number): number => process * 2;\n`,
  'src/plan/local.test.ts': `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n`,
  'src/apply/port.ts': `import type { good } from '../system/good.ts';\nexport type Good = typeof good;\n`,
  'src/targets/host/shared.ts': `import { good } from '../good.ts';\nimport { good as deep } from './deep/good.ts';\nexport const all = [good, deep];\n`,
  'src/targets/host/deep/up.ts': `import { good } from '../good.ts';\nexport const again = good;\n`,
  'src/store/clock.ts': `export const now = (): number => Date.now();\n`,
};

interface Finding {
  readonly code: string;
  readonly filename: string;
}

const repository = join(import.meta.dirname, '../..');
let project: string;
let findings: readonly Finding[];

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fairlead-lint-'));
  for (const own of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'scripts/lint']) {
    await cp(join(repository, own), join(project, own), { recursive: true });
  }
  await symlink(join(repository, 'node_modules'), join(project, 'node_modules'));
  const folders = new Set(planted.flatMap(({ path }) => dirname(path)));
  for (const folder of [
    ...folders,
    'src/system',
    'src/cli',
    'src/targets/compose',
    'src/targets',
  ]) {
    await write(`${folder}/good.ts`, 'export const good = 1;\n');
  }
  for (const { path, code } of planted) await write(path, code);
  for (const [path, code] of Object.entries(kept)) await write(path, code);
  findings = await lint();
}, 60_000);

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

test.for(planted.map((one) => [one.says, one] as const))('the linter reports: %s', ([, one]) => {
  const codes = findings.filter(({ filename }) => filename === one.path).map(({ code }) => code);
  expect(codes).toContain(one.rule);
});

test('the linter reports nothing where the rules are kept', () => {
  const bad = new Set(
    planted.map(({ path }) => path).concat('src/store/cycle-b.ts', 'src/store/circle-b.ts'),
  );
  expect(findings.filter(({ filename }) => !bad.has(filename))).toEqual([]);
});

function layer(folder: string, imports: readonly (readonly [string, string])[]): Planted[] {
  return imports.map(([specifier, what], index) => ({
    rule: 'fairlead(layers)',
    says: `src/${folder} may not import ${what} (${specifier})`,
    path: `src/${folder}/layer-${index}.ts`,
    code: `import * as it from '${specifier}';\nexport const again = it;\n`,
  }));
}

function deterministic(folder: string, expressions: readonly string[]): Planted[] {
  return expressions.map((expression, index) => ({
    rule: 'fairlead(deterministic)',
    says: `src/${folder} may not use ${expression}`,
    path: `src/${folder}/deterministic-${index}.ts`,
    code: `export const it: unknown = ${expression};\n`,
  }));
}

async function write(path: string, code: string): Promise<void> {
  const file = join(project, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
}

async function lint(): Promise<readonly Finding[]> {
  const oxlint = join(repository, 'node_modules/oxlint/bin/oxlint');
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [oxlint, '--format=json', 'src'],
      { cwd: project, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        // Status 1 says that something was found, which is what this test wants.
        if (error !== null && error.code !== 1)
          reject(new Error(stderr + stdout, { cause: error }));
        else resolve(stdout);
      },
    );
  });
  const report = JSON.parse(output) as { readonly diagnostics: readonly Finding[] };
  return report.diagnostics;
}
