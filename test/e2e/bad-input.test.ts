import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApplicationView, ConfigProblemView } from '../../src/control/api.ts';
import type { Files } from '../support/git.ts';
import { createHttpBench } from '../support/http-bench.ts';
import type { HttpBench } from '../support/http-bench.ts';
import { until } from '../support/program.ts';

/**
 * Whatever a commit holds: it is told clearly, nothing is lost, nothing is deleted, the neighbour is healed as before,
 * and the next good commit goes live.
 */

let bench: HttpBench;
beforeEach(async () => {
  bench = await createHttpBench();
  const configuration = readFileSync(join(bench.checkout.directory, 'fairlead.yaml'), 'utf8');
  await bench.push({
    'fairlead.yaml': `${configuration}---\n${application('neighbour', 'neighbour')}`,
    'site/page.yaml': bench.page('one'),
    'site/more.yaml': bench.page('kept', 'more'),
    'neighbour/page.yaml': bench.page('well', 'neighbour'),
  });
  await bench.start();
  await bench.live('one');
  await bench.live('well', 'neighbour');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function application(name: string, path: string, more = ''): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: ${name} }
spec: { path: ${path}, environments: [dev]${more} }
`;
}

async function view(name: string): Promise<ApplicationView> {
  const found = (await bench.api.applications()).find((one) => one.application === name);
  if (found === undefined) throw new Error(`there is no application ${name}`);
  return found;
}

/** The application's error, once it has one of this code. */
async function errorOf(name: string, code: string): Promise<ApplicationView> {
  let seen = await view(name);
  await until(
    `${name} says ${code}`,
    async () => {
      seen = await view(name);
      return seen.error?.code === code;
    },
    () => JSON.stringify(seen, null, 1),
  );
  return seen;
}

async function problemOf(code: string): Promise<ConfigProblemView> {
  const { config } = await bench.status(`the problem ${code}`, (status) =>
    status.config.problems.some((problem) => problem.code === code),
  );
  return config.problems.find((problem) => problem.code === code)!;
}

async function nothingWasLost(): Promise<void> {
  expect(readFileSync(join(bench.out, 'page'), 'utf8')).toBe('one');
  expect(readFileSync(join(bench.out, 'more'), 'utf8')).toBe('kept');
  writeFileSync(join(bench.out, 'neighbour'), 'broken by hand');
  await bench.live('well', 'neighbour');
  for (const release of await bench.api.releases({ limit: 100 })) {
    const deletes = release.plan.plans.flatMap((plan) =>
      plan.changes.filter((change) => change.action === 'delete'),
    );
    expect(deletes).toEqual([]);
  }
}

async function goodCommitHelps(repair: Files = {}): Promise<void> {
  await bench.push({ ...repair, 'site/page.yaml': bench.page('two') });
  await bench.live('two');
  await bench.live('kept', 'more');
}

const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
`;

describe('manifests', () => {
  const cases: readonly {
    readonly what: string;
    readonly code: string;
    readonly names: string;
    readonly files: () => Files;
    readonly repair?: Files;
  }[] = [
    {
      what: 'malformed YAML',
      code: 'render.yaml-syntax',
      names: 'site/page.yaml:2',
      files: () => ({ 'site/page.yaml': 'apiVersion: [\n' }),
    },
    {
      what: 'an unknown field',
      code: 'target.manifest-invalid',
      names: 'did you mean',
      files: () => ({ 'site/page.yaml': bench.page('two').replace('content:', 'contents:') }),
    },
    {
      what: 'an unknown kind',
      code: 'target.kind-unknown',
      names: 'Fiel',
      files: () => ({ 'site/page.yaml': bench.page('two').replace('kind: File', 'kind: Fiel') }),
    },
    {
      what: 'the same resource twice',
      code: 'render.duplicate-resource',
      names: 'File/page',
      files: () => ({ 'site/twice.yaml': bench.page('two') }),
      repair: { 'site/twice.yaml': null },
    },
    {
      what: 'an alias bomb',
      code: 'render.alias-bomb',
      names: 'site/bomb.yaml',
      files: () => ({ 'site/bomb.yaml': bomb }),
      repair: { 'site/bomb.yaml': null },
    },
    {
      what: 'a file of 50 MB',
      code: 'render.too-large',
      names: 'site/big.yaml',
      files: () => ({ 'site/big.yaml': `# ${'x'.repeat(50_000_000)}\n` }),
      repair: { 'site/big.yaml': null },
    },
    {
      what: 'a link that leaves the repository',
      code: 'source.path-escape',
      names: 'site/passwords.yaml',
      files: () => ({ 'site/passwords.yaml': { link: '/etc/passwd' } }),
      repair: { 'site/passwords.yaml': null },
    },
    {
      what: 'a link that climbs out of the repository',
      code: 'source.path-escape',
      names: 'site/up.yaml',
      files: () => ({ 'site/up.yaml': { link: '../../up.yaml' } }),
      repair: { 'site/up.yaml': null },
    },
    {
      what: 'a folder with nothing in it any more',
      code: 'plan.empty-render',
      names: 'site',
      files: () => ({
        'site/page.yaml': null,
        'site/more.yaml': null,
        'site/README.md': 'nothing here\n',
      }),
      repair: {},
    },
    {
      what: 'a folder that is gone',
      code: 'render.path-missing',
      names: 'fairlead.yaml:',
      files: () => ({ 'site/page.yaml': null, 'site/more.yaml': null }),
    },
    {
      what: 'a path that climbs',
      code: 'target.manifest-invalid',
      names: 'spec.path',
      files: () => ({
        'site/page.yaml': bench.page('two').replace(join(bench.out, 'page'), '../etc/passwd'),
      }),
    },
    {
      what: 'a file that another application owns',
      code: 'target.claim-taken',
      names: 'neighbour',
      files: () => ({ 'site/theirs.yaml': bench.page('mine', 'neighbour') }),
      repair: { 'site/theirs.yaml': null },
    },
  ];

  test.each(cases)('$what', async ({ code, names, files, repair }) => {
    await bench.push(files());
    const { error } = await errorOf('site', code);
    expect(error?.message).toContain(names);
    expect(error?.hint).toMatch(/\.$/);
    await nothingWasLost();
    await goodCommitHelps({ ...repair, 'site/more.yaml': bench.page('kept', 'more') });
  });
});

describe('configuration', () => {
  const configuration = (): string =>
    readFileSync(join(bench.checkout.directory, 'fairlead.yaml'), 'utf8');
  const cases: readonly {
    readonly what: string;
    readonly code: string;
    readonly names: string;
    readonly change: (text: string) => string;
  }[] = [
    {
      what: 'malformed YAML',
      code: 'config.yaml-syntax',
      names: '',
      change: (text) => `${text}---\nkind: [\n`,
    },
    {
      what: 'an unknown field',
      code: 'config.unknown-field',
      names: 'environments',
      change: (text) => text.replace('environments:', 'enviroments:'),
    },
    {
      what: 'an unknown kind',
      code: 'config.unknown-kind',
      names: 'Application',
      change: (text) => text.replaceAll('kind: Application', 'kind: Aplication'),
    },
    {
      what: 'the same name twice',
      code: 'config.duplicate-name',
      names: 'site',
      change: (text) => `${text}---\n${application('site', 'elsewhere')}`,
    },
    {
      what: 'a circle in dependsOn',
      code: 'config.dependency-cycle',
      names: 'neighbour',
      change: (text) =>
        text
          .replace(
            'path: site, environments: [dev]',
            'path: site, environments: [dev], dependsOn: [neighbour]',
          )
          .replace(
            'path: neighbour, environments: [dev]',
            'path: neighbour, environments: [dev], dependsOn: [site]',
          ),
    },
    {
      what: 'a path that climbs',
      code: 'config.invalid-value',
      names: 'path',
      change: (text) => text.replace('path: site', 'path: ../../site'),
    },
    {
      what: 'an environment that does not exist',
      code: 'config.unknown-reference',
      names: 'dve',
      change: (text) => text.replace('environments: [dev]', 'environments: [dve]'),
    },
    { what: 'an alias bomb', code: 'config.alias-bomb', names: '', change: () => bomb },
    { what: 'nothing at all', code: 'config.missing', names: '', change: () => '' },
  ];

  test.each(cases)('$what', async ({ code, names, change }) => {
    const good = configuration();
    await bench.push({ 'fairlead.yaml': change(good) });
    const problem = await problemOf(code);
    expect(problem.file).toBe('fairlead.yaml');
    expect(`${problem.path} ${problem.message} ${problem.suggestion}`).toContain(names);
    await nothingWasLost();
    await goodCommitHelps({ 'fairlead.yaml': good });
    expect((await bench.api.status()).config.problems).toEqual([]);
  });

  test('the whole file gone', async () => {
    const good = configuration();
    await bench.push({ 'fairlead.yaml': null });
    await bench.status('a problem', (status) => status.config.problems.length > 0);
    await nothingWasLost();
    await goodCommitHelps({ 'fairlead.yaml': good });
    expect(existsSync(join(bench.out, 'more'))).toBe(true);
  });
});
