import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Documents in one file of `fairlead/`. */
const perConfigFile = 50;

/** A repository with many small applications of three files each, as a platform team would have it. */
export interface Monorepo {
  readonly url: string;
  readonly apps: number;
  /** Path and content of every live file at the first commit, application by application. */
  readonly live: readonly (readonly LiveFile[])[];
  /** Commits a new content for one file of an application. */
  touch(application: number, text: string): LiveFile;
}

export interface LiveFile {
  readonly path: string;
  readonly content: string;
}

interface MonorepoOptions {
  readonly folder: string;
  readonly liveFolder: string;
  readonly hostStateDir: string;
  readonly apps: number;
}

export function createMonorepo(options: MonorepoOptions): Monorepo {
  const { folder, apps } = options;
  mkdirSync(join(folder, 'fairlead'), { recursive: true });
  writeFileSync(join(folder, 'fairlead/environment.yaml'), environmentDocuments(options));
  for (let first = 0; first < apps; first += perConfigFile) {
    const count = Math.min(perConfigFile, apps - first);
    const documents = Array.from({ length: count }, (_, at) => applicationDocument(first + at));
    writeFileSync(join(folder, `fairlead/applications-${first}.yaml`), documents.join('---\n'));
  }
  const live: LiveFile[][] = [];
  for (let at = 0; at < apps; at += 1) {
    mkdirSync(join(folder, pathOf(at)), { recursive: true });
    const files = liveFiles(options.liveFolder, at);
    for (const [index, file] of files.entries()) writeManifest(folder, at, index, file);
    live.push(files);
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'config', 'gc.auto', '0');
  commit(folder, 'All applications');
  return {
    url: folder,
    apps,
    live,
    touch: (application, text) => {
      const [first] = liveFiles(options.liveFolder, application);
      if (first === undefined) throw new Error('an application without files');
      const file = { path: first.path, content: `${first.content}${text}\n` };
      writeManifest(folder, application, 0, file);
      commit(folder, `Touch ${nameOf(application)}`);
      return file;
    },
  };
}

function nameOf(application: number): string {
  return `app-${String(application).padStart(5, '0')}`;
}

function pathOf(application: number): string {
  return `apps/${nameOf(application)}`;
}

function liveFiles(liveFolder: string, application: number): LiveFile[] {
  const name = nameOf(application);
  const folder = join(liveFolder, name);
  return [
    { path: join(folder, 'settings.json'), content: `{"name":"${name}","replicas":2}\n` },
    {
      path: join(folder, 'index.html'),
      content: `<h1>${name}</h1>\n${'<p>Text.</p>\n'.repeat(20)}`,
    },
    {
      path: join(folder, 'limits.conf'),
      content: `rate=${application}\nburst=${application * 2}\n`,
    },
  ];
}

function writeManifest(folder: string, application: number, index: number, file: LiveFile): void {
  const content = file.content.replace(/\n$/, '').replaceAll('\n', '\n    ');
  writeFileSync(
    join(folder, pathOf(application), `file-${index}.yaml`),
    `apiVersion: host.fairlead.dev/v1alpha1
kind: File
metadata:
  name: file-${index}
spec:
  path: ${file.path}
  content: |
    ${content}
`,
  );
}

function applicationDocument(application: number): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: {name: ${nameOf(application)}}
spec: {path: ${pathOf(application)}, environments: [live]}
`;
}

function environmentDocuments(options: MonorepoOptions): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: here}
spec: {host: {stateDir: ${options.hostStateDir}}}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: live}
spec: {targets: [here], sync: auto}
`;
}

function commit(folder: string, message: string): void {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', message);
}

/** Runs Git without anybody's own settings. @returns its output. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, env: gitEnvironment(), encoding: 'utf8' });
}

export function gitEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
}
