import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { parseAllDocuments } from 'yaml';
import { bareWrite } from './bare-writer.ts';
import { git, gitEnvironment } from './monorepo.ts';
import type { LiveFile } from './monorepo.ts';

/**
 * The physical limit of a first deployment by a program that has to find out what to write: fetches the repository as
 * Fairlead does, reads configuration and manifests, and writes the files and the records of each application as durably. It
 * checks, compares, plans, watches and remembers nothing.
 *
 * `node bare-deployer.ts URL FOLDER PARALLEL`; FOLDER does not exist yet.
 */

const [url = '', folder = '', parallel = '1'] = process.argv.slice(2);
const mirror = join(folder, 'mirror.git');

git('/', 'init', '--quiet', '--bare', mirror);
git(mirror, 'ls-remote', url, 'HEAD', 'refs/heads/*');
git(mirror, '-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', url, 'HEAD:refs/heads/live');

const files = readAll(mirror);
const manifests = Map.groupBy(files, ([path]) => dirname(path));
let places = 0;
const applications: LiveFile[][] = [];
for (const [path, text] of files) {
  if (!path.startsWith('fairlead/')) continue;
  for (const document of parseAllDocuments(text)) {
    places += document.range[0];
    const { kind, spec } = document.toJS() as { kind: string; spec: { path: string } };
    if (kind !== 'Application') continue;
    const own = manifests.get(spec.path) ?? [];
    applications.push(own.map(([, manifest]) => (load(manifest) as { spec: LiveFile }).spec));
  }
}
if (Number.isNaN(places)) throw new Error('a document has no place');
await bareWrite(applications, join(folder, 'live'), { parallel: Number(parallel), records: true });

/** Path and text of every file of the branch. */
function readAll(repository: string): ReadonlyMap<string, string> {
  const run = (input: string, ...args: readonly string[]): Buffer =>
    execFileSync('git', args, {
      cwd: repository,
      env: gitEnvironment(),
      input,
      maxBuffer: 2 ** 30,
    });
  const listed = run('', 'ls-tree', '-r', 'refs/heads/live').toString('utf8').trimEnd();
  const entries = listed.split('\n').map((line) => {
    const [facts = '', path = ''] = line.split('\t');
    return { path, id: facts.split(' ')[2] ?? '' };
  });
  const bytes = run(entries.map(({ id }) => `${id}\n`).join(''), 'cat-file', '--batch');
  const texts = new Map<string, string>();
  let at = 0;
  for (const { path } of entries) {
    const end = bytes.indexOf('\n', at);
    const size = Number(bytes.toString('latin1', at, end).split(' ')[2]);
    texts.set(path, bytes.toString('utf8', end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return texts;
}
