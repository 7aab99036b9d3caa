import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckoutBench, type CheckoutBench } from '../support/checkout-bench.ts';
import { programEnvironment, until } from '../support/program.ts';
import { run } from '../../src/cli/testing.ts';

/**
 * What comes from repositories, processes and people is printed as text: it moves no cursor, sets no title, answers no
 * question and hides nothing, in whatever format.
 */

/** Conceals, clears the screen, sets the title, moves up, in the forms of seven and eight bits; turns the order round. */
const attack =
  '\u001b[8m\u001b[2J\u001b]0;title\u0007\u001b[1A\u009b2J\u009d0;t\u009c\u007f\r\u202egpj';

let bench: CheckoutBench;
beforeEach(() => {
  bench = createCheckoutBench('approve');
});
afterEach(async () => {
  // Whatever runs is taken away again.
  bench.checkout.commit({ 'fairlead.yaml': configuration('auto', 'allowEmpty: true'), site: null });
  bench.checkout.commit({ 'site/.keep': '' });
  await bench.run('sync', '--yes', '--quiet');
  await bench[Symbol.asyncDispose]();
});

function configuration(sync: 'auto' | 'approve', more = ''): string {
  return bench.configuration(sync).replace('environments: [dev]', `environments: [dev], ${more}`);
}

/** Runs a command line as hostile people would have it: with colours, or without. */
function say(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run(['--state-dir', bench.stateDir, ...args], {
    cwd: bench.checkout.directory,
    env: { ...programEnvironment(), FAIRLEAD_ACTOR: `ada${attack}`, ...env },
  });
}

/** All that a terminal obeys or turns round, but our own colours and the end of a line. */
function obeyed(text: string): readonly string[] {
  // oxlint-disable-next-line no-control-regex
  const ours = text.replaceAll(/\u001b\[(?:[1-4]|22|3[1-69]|39)m/g, '');
  return ours.match(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu) ?? [];
}

async function expectHarmless(...args: readonly string[]): Promise<string> {
  let shown = '';
  for (const env of [{}, { FORCE_COLOR: '1' }]) {
    const { stdout, stderr } = await say(args, env);
    expect([args, obeyed(stdout), obeyed(stderr)]).toEqual([args, [], []]);
    shown = stdout + stderr;
  }
  return shown;
}

const quoted = (text: string) => JSON.stringify(text);

function commitAttack(): void {
  const manifest = (kind: string, name: string, spec: string) =>
    `apiVersion: host.fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${quoted(name)}}\nspec: ${spec}\n---\n`;
  const program = [
    process.execPath,
    '-e',
    `console.log(${quoted(attack)}); setInterval(() => {}, 1000)`,
  ];
  bench.checkout.commit(
    {
      'site/page.yaml': bench.page(`one\n${attack}\n`),
      'site/hostile.yaml':
        manifest(
          'File',
          'f',
          `{path: ${quoted(join(bench.out, `f${attack}`))}, content: ${quoted(`one\n${attack}\n`)}}`,
        ) +
        manifest('Process', 'p', quotedSpec({ argv: program, env: { A: attack } })) +
        manifest(
          'Command',
          'c',
          quotedSpec({ run: ['sh', '-c', 'echo "$A"'], env: { A: attack } }),
        ),
    },
    `Change ${attack}`,
  );
}

const quotedSpec = (spec: unknown) => JSON.stringify(spec);

describe('hostile text', () => {
  test(
    'in commits, file names, manifests, output of programs and reasons is shown, and obeyed by no terminal',
    { timeout: 120_000 },
    async () => {
      await say(['sync', '--yes', '--local']);
      commitAttack();
      const formats = ['table', 'wide', 'json', 'yaml', 'ndjson'];
      for (const format of formats) {
        for (const verb of ['plan', 'diff']) await expectHarmless(verb, '-o', format, '--local');
      }
      await expectHarmless('plan', '--full', '--local');
      await expectHarmless('render', '--local');
      await expectHarmless('validate');
      // With what is really said: the escapes are there, as pictures or escaped.
      expect(await expectHarmless('diff', '--local')).toContain('␛');
      const synced = await say(['sync', '--yes', '-o', 'wide', '--local']);
      expect([obeyed(synced.stdout), obeyed(synced.stderr)]).toEqual([[], []]);
      await until('the output of the process', async () =>
        (await say(['logs', 'site', '--local'])).stdout.includes('␛'),
      );
      await expectHarmless('hold', 'site', '--reason', `because ${attack}`, '--local');
      for (const format of formats) {
        for (const args of [
          ['get'],
          ['get', 'releases'],
          ['get', 'holds'],
          ['history'],
          ['events'],
          ['describe', 'site'],
          ['logs', 'site'],
        ]) {
          await expectHarmless(...args, '-o', format, '--local');
        }
      }
      for (const kind of ['releases', 'applications'])
        await expectHarmless('get', kind, '-o', 'name');
      const [id] = (await say(['history', '-n', '1', '-o', 'name', '--local'])).stdout.split('\n');
      for (const format of ['text', 'json', 'yaml']) {
        if (format === 'text')
          await expectHarmless('describe', `release/${id}`, '--full', '--local');
        else await expectHarmless('describe', `release/${id}`, '-o', format, '--local');
      }
      await expectHarmless('resume', 'site', '--local');
    },
  );

  test('in the name of a file is shown, and obeyed by no terminal', async () => {
    bench.checkout.commit({
      [`site/${attack.replaceAll('/', '')}.yaml`]: bench.page('x', 'other'),
    });
    for (const verb of ['plan', 'sync', 'validate', 'render']) {
      expect(await expectHarmless(verb)).toContain('holds a control character');
    }
  });

  test('in a configuration that is refused is shown, and obeyed by no terminal', async () => {
    bench.checkout.commit({
      'fairlead.yaml': `${bench.configuration('auto')}---\napiVersion: fairlead.dev/v1alpha1\nkind: ${quoted(`A${attack}`)}\nmetadata: {name: ${quoted(`a${attack}`)}}\nspec: {}\n`,
      [`fairlead/${attack.replaceAll('/', '')}.yaml`]: `${quoted(attack)}: [`,
    });
    for (const args of [
      ['validate'],
      ['plan', '--local'],
      ['sync', '--local'],
      ['validate', '-o', 'json'],
    ]) {
      expect(await expectHarmless(...args)).not.toBe('');
    }
  });

  test('on the command line itself comes back as text', async () => {
    for (const args of [
      ['describe', `x${attack}`],
      [`verb${attack}`],
      ['get', `k${attack}`],
      ['plan', '-o', `f${attack}`],
      ['-C', `/nowhere${attack}`, 'plan'],
      ['sync', '--timeout', attack],
      ['describe', `x${attack}`, '-o', 'json'],
    ]) {
      expect(await expectHarmless(...args)).not.toBe('');
    }
  });

  test('is unchanged in JSON and YAML once that is read', async () => {
    commitAttack();
    for (const [format, read] of [
      ['json', (text: string): unknown => JSON.parse(text)],
      ['yaml', (text: string): unknown => parse(text)],
    ] as const) {
      const { stdout } = await say(['plan', '-o', format, '--local']);
      expect(JSON.stringify(read(stdout))).toContain(JSON.stringify(attack).slice(1, -1));
    }
  });
});
