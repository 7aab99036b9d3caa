import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterRecord } from '../../src/cluster/record.ts';
import { makePlace } from '../support/page/place.ts';
import { program } from '../support/program.ts';

const run = promisify(execFile);

export const examples = join(import.meta.dirname, '../../examples');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An example as a reader has it: copied into a repository of its own, with an empty machine to deploy to. */
export interface Example extends AsyncDisposable {
  readonly directory: string;
  /** Where something is that the example names: `/tmp/fairlead-example/…`, or a port. */
  here(text: string): string;
  /** Content of a file that it deploys; `null` where it is not there. */
  read(path: string): string | null;
  /** Permission bits, as `ls` counts them. */
  mode(path: string): string;
  fairlead(...args: readonly string[]): Promise<Ended>;
  /** The same with more in the environment. */
  fairleadWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended>;
  /** Replaces text in a file of its repository. @throws when there is no such text */
  edit(file: string, from: string, to: string): void;
  commit(message: string, directory?: string): Promise<string>;
  /** Takes every Application out of the configuration. */
  withoutApplications(): void;
  /** Answer of a web server that it runs; `null` where none listens. */
  get(url: string): Promise<string | null>;
}

/**
 * @param name of its folder below examples/. @param repository folder in it that holds the configuration.
 * @param cluster that its reader has.
 */
export async function openExample(
  name: string,
  repository = '',
  cluster: ClusterRecord | null = null,
): Promise<Example> {
  const from = join(examples, name);
  const texts = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const place = await makePlace(texts, cluster);
  const copy = join(place.home, name);
  place.copy(from, copy);
  const directory = join(copy, repository);
  const git = async (at: string, ...args: readonly string[]): Promise<string> =>
    (await run('git', [...args], { cwd: at, env: place.env })).stdout.trim();
  const commit = async (message: string, at = directory): Promise<string> => {
    if (!existsSync(join(at, '.git'))) await git(at, 'init', '-q');
    await git(at, 'add', '--all');
    await git(at, 'commit', '-q', '-m', message);
    return git(at, 'rev-parse', 'HEAD');
  };
  const fairleadWith: Example['fairleadWith'] = async (env, ...args) => {
    const options = { cwd: directory, env: { ...place.env, ...env } };
    return run(program, [...args], options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code?: unknown; stdout?: string; stderr?: string }) => {
        if (typeof error.code !== 'number') throw error;
        return { code: error.code, stdout: error.stdout ?? '', stderr: error.stderr ?? '' };
      },
    );
  };
  const edit: Example['edit'] = (file, old, now) => {
    const path = resolve(directory, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(place.here(old))) throw new Error(`${file} does not hold ${old}`);
    writeFileSync(path, text.replaceAll(place.here(old), place.here(now)));
  };
  await commit('The example');
  return {
    directory,
    here: (text) => place.here(text),
    read: (path) => (existsSync(place.here(path)) ? readFileSync(place.here(path), 'utf8') : null),
    mode: (path) => (statSync(place.here(path)).mode & 0o7777).toString(8).padStart(4, '0'),
    fairlead: (...args) => fairleadWith({}, ...args),
    fairleadWith,
    edit,
    commit,
    withoutApplications: () => {
      for (const file of configurationOf(directory)) {
        const kept = readFileSync(file, 'utf8')
          .split(/^---$/m)
          .filter((document) => !/^kind: Application$/m.test(document));
        writeFileSync(file, kept.join('---'));
      }
    },
    get: (url) =>
      fetch(place.here(url)).then(
        async (response) => response.text(),
        () => null,
      ),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** All configuration files of a repository. */
function configurationOf(directory: string): readonly string[] {
  const single = join(directory, 'fairlead.yaml');
  const folder = join(directory, 'fairlead');
  return [
    ...(existsSync(single) ? [single] : []),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
}
