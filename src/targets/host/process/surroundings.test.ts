import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectConfig } from '../../../model/config.ts';
import type { Json } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import {
  applying,
  forever,
  healthNow,
  key,
  manifest,
  node,
  openBench,
  pidOf,
  prepare,
  run,
  until,
} from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench({ TOKEN: 'hunter2' });
});

afterEach(async () => {
  await bench.close();
});

function project(hostPaths: readonly string[], kinds: readonly string[]): ProjectConfig {
  return { name: 'web', sources: [], targets: [], kinds, hostPaths, origin: { file: 'f.yaml' } };
}

async function refusal(one: Manifest, within: ProjectConfig | null = null): Promise<string> {
  const prepared = await bench.target.prepare([one], { key, project: within });
  return prepared.ok ? '' : `${prepared.error.code}: ${prepared.error.message}`;
}

describe('a secret', () => {
  it('reaches the process and nothing else: no plan, record, argument, log line or inventory', async () => {
    const { target, folder } = bench;
    await writeFile(join(folder, 'password'), 'swordfish\n');
    const env = {
      TOKEN: { fromEnv: 'TOKEN' },
      PASSWORD: { fromFile: join(folder, 'password') },
      PLAIN: 'shown',
    };
    const argv = node(
      `console.log('Error: ' + process.env.TOKEN + ' ' + process.env.PASSWORD + ' refused');
       setTimeout(() => process.exit(process.env.TOKEN.length === 7 && process.env.PASSWORD.length === 9 ? 7 : 1), 200)`,
    );
    const { desired } = await run(target, manifest('web', { argv, env, restart: 'never' }));
    const pid = await pidOf(target, desired);
    const seen = [
      JSON.stringify(desired),
      (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
    ];
    await until(async () => (await healthNow(target, desired)).status === 'Degraded');
    const health = await healthNow(target, desired);
    expect(health.message).toBe(
      'ended with code 7, and is not started again; it said: Error: «secret» «secret» refused',
    );
    const folders = ['processes', 'locks', 'inventories', 'holds'];
    for (const one of folders) {
      for (const file of await readdir(join(bench.stateDir, one))) {
        // A temporary one may be gone by now.
        seen.push(await readFile(join(bench.stateDir, one, file), 'utf8').catch(() => ''));
      }
    }
    expect(seen.join('\n')).toContain('shown');
    expect(seen.join('\n')).not.toMatch(/hunter2|swordfish/);
  });

  it('that changed since it was planned is not used', async () => {
    const { target, folder } = bench;
    const file = join(folder, 'password');
    await writeFile(file, 'one');
    const web = manifest('web', { argv: forever, env: { PASSWORD: { fromFile: file } } });
    const desired = await prepare(target, web);
    await writeFile(file, 'two');
    await expect(target.apply(applying(desired, null))).rejects.toMatchObject({
      code: 'host.secret-changed',
    });
    const again = await prepare(target, web);
    expect(again.fields).not.toEqual(desired.fields);
  });

  it('cannot stand in an argument: what is no text is refused', async () => {
    expect(await refusal(manifest('web', { argv: ['run', { fromEnv: 'TOKEN' }] }))).toMatch(
      /target.manifest-invalid: .*argv/,
    );
  });
});

describe('a manifest', () => {
  it.each<[string, Json, RegExp]>([
    ['no program', { argv: [] }, /argv needs a program/],
    ['a number as a value', { argv: ['x'], env: { PORT: 80 } }, /env.PORT must be text in quotes/],
    [
      'a name with a blank',
      { argv: ['x'], env: { 'A B': 'x' } },
      /name of an environment variable/,
    ],
    ['our own variable', { argv: ['x'], env: { FAIRLEAD_NONCE: 'x' } }, /belongs to Fairlead/],
    ['two probes', { argv: ['x'], probe: { tcp: { port: 1 }, http: { port: 1 } } }, /only one/],
    ['a misspelt field', { argv: ['x'], resart: 'never' }, /did you mean restart\?/],
    [
      'a misspelt program',
      { agrv: ['x'] },
      /Process\/web: spec has no field "agrv"; did you mean argv\? \(allowed: [^)]*\)$/,
    ],
    ['a relative folder', { argv: ['x'], cwd: 'here' }, /absolute path/],
    ['a time without unit', { argv: ['x'], stop: { grace: 10 } }, /write "10s" for seconds/],
    ['a user that is not there', { argv: ['x'], user: 'nobody-here' }, /no user "nobody-here"/],
    [
      'a file that is not there',
      { argv: ['x'], restartOn: ['conf'] },
      /no File of this application/,
    ],
  ])('with %s is refused with the field', async (_, spec, says) => {
    expect(await refusal(manifest('web', spec))).toMatch(says);
  });
});

describe('a program', () => {
  it('is found by the PATH of its own environment, and refused where it may not be run', async () => {
    const { target, folder } = bench;
    const tool = join(folder, 'own-tool');
    await writeFile(tool, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const env = { PATH: `/no/such:${folder}:/usr/bin:/bin` };
    const { desired, uid } = await run(target, manifest('web', { argv: ['own-tool'], env }));
    expect(await pidOf(target, desired)).toBeGreaterThan(0);
    await chmod(tool, 0o644);
    const next = await prepare(target, manifest('web', { argv: [tool, 'again'], env }));
    await expect(target.apply(applying(next, uid))).rejects.toThrow(/own-tool may not be run/);
  });
});

describe('a project with hostPaths', () => {
  it('has processes only where its kinds name them', async () => {
    const { folder } = bench;
    const web = manifest('web', { argv: forever, cwd: folder });
    expect(await refusal(web, project([folder], []))).toMatch(/^target.not-permitted/);
    expect(await refusal(web, project([folder], ['Process']))).toBe('');
    expect(await refusal(web, project([folder], ['host.fairlead.dev/Process']))).toBe('');
  });

  it('binds folder and log, also through a symlink put there later', async () => {
    const { target, folder } = bench;
    const inside = join(folder, 'inside');
    await mkdir(inside);
    const within = project([inside], ['Process']);
    for (const spec of [
      { argv: forever, cwd: folder },
      { argv: forever, log: { file: join(folder, 'log') } },
    ])
      expect(await refusal(manifest('web', spec), within)).toMatch(/^target.not-permitted/);
    const file = join(inside, 'logs', 'deep', 'web.log');
    const web = manifest('web', { argv: node('console.log(process.cwd())'), log: { file } });
    const desired = await prepare(target, web, within);
    await symlink(folder, join(inside, 'logs'));
    await expect(target.apply(applying(desired, null))).rejects.toMatchObject({
      code: 'target.not-permitted',
    });
    expect(await readdir(folder)).not.toContain('deep');
    const plain = await prepare(target, manifest('plain', { argv: ['pwd'] }), within);
    await target.apply(applying(plain, null));
    const log = join(bench.stateDir, 'logs', 'shop@dev', 'plain.log');
    await until(async () => (await readFile(log, 'utf8')) === `${inside}\n`);
  });
});

describe('restartOn', () => {
  it('carries what the named files are to hold, so that the plan shows the restart', async () => {
    const { target, folder } = bench;
    const file = (content: string): Manifest => {
      const { apiVersion } = manifest('x', {});
      const path = join(folder, 'app.conf');
      const body = {
        apiVersion,
        kind: 'File',
        metadata: { name: 'conf' },
        spec: { path, content },
      };
      return { ...manifest('conf', {}), kind: 'File', body };
    };
    const web = (name: string) => manifest('web', { argv: forever, restartOn: [name] });
    const desiredWith = async (content: string, name = 'conf') => {
      const prepared = await target.prepare([file(content), web(name)], { key, project: null });
      if (!prepared.ok) throw prepared.error;
      return prepared.value[1]!;
    };
    const first = await desiredWith('one');
    expect(await desiredWith('one')).toEqual(first);
    expect((await desiredWith('one', join(folder, 'app.conf'))).fields).not.toEqual(first.fields);
    const { uid } = await target.apply(applying(first, null));
    const pid = await pidOf(target, first);
    const second = await desiredWith('two');
    expect(second.fields).not.toEqual(first.fields);
    await target.apply(applying(second, uid));
    expect(await pidOf(target, second)).not.toBe(pid);
  });
});
