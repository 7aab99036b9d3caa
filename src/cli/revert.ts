import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Selector } from '../control/api.ts';
import type { ApplicationConfig } from '../model/config.ts';
import { sameJson } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { renderingFields } from '../model/rendering.ts';
import { shortCommit } from '../model/revision.ts';
import type { Context } from './context.ts';
import { revertFailed, uncommitted } from './errors.ts';
import { showSelector } from './selection.ts';

interface RevertRequest {
  /** Top folder of the checkout. */
  readonly checkout: string;
  readonly view: Selector;
  /** Commit whose state comes back. */
  readonly commit: string;
  /** Other sources that go back, too; no commit in this checkout takes them there. */
  readonly others: readonly string[];
  readonly reason: string;
}

/**
 * Checks that the application's folder can be committed in the checkout as it was at `commit`, and gives what does it.
 * It is the person's own checkout, so Git runs with their identity and hooks. Nothing is pushed.
 *
 * @throws FairleadError `cli.uncommitted-changes`, `cli.revert-failed`, also when it is carried out
 */
export async function prepareRevert(
  context: Context,
  request: RevertRequest,
): Promise<() => Promise<void>> {
  const { checkout } = request;
  const { path, shared, found } = await folderOf(request);
  const folder = path === '' ? '.' : path;
  const commit = await runGit(context, checkout, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${request.commit}^{commit}`,
  ]).catch((error: unknown) => {
    throw revertFailed({
      message: `this checkout does not have ${request.commit}`,
      resource: checkout,
      cause: error,
      hint: 'Run `git fetch` here, then repeat the command.',
    });
  });
  if ((await changesIn(context, checkout, folder)) !== '') {
    throw uncommitted({
      message: `${join(checkout, path)} holds changes that are not committed`,
      resource: folder,
    });
  }
  const differs = await differencesSince(context, request, commit, found);
  return async () => {
    await commitFolder(context, request, { folder, shared, commit });
    if (differs.length === 0) return;
    const what = `${differs.join(', ')} of ${request.view.application}`;
    context.progress.important(
      `${context.style.warn('!')} the configuration says something else about ${what} than at ${shortCommit(commit)}: take that back by hand, too`,
    );
  };
}

/** Which fields of the application's document were others at `commit`; none where nobody can tell. */
async function differencesSince(
  context: Context,
  { checkout, view }: RevertRequest,
  commit: string,
  now: ApplicationConfig,
): Promise<readonly string[]> {
  const { loadConfig } = await import('../config/load.ts');
  const names = (
    await runGit(context, checkout, ['ls-tree', '-r', '--name-only', commit, '--', ...places])
  ).split('\n');
  const files = await Promise.all(
    names
      .filter((name) => configurationFile.test(name))
      .map(async (file) => ({
        file,
        text: await runGit(context, checkout, ['show', `${commit}:${file}`]),
      })),
  );
  const then = loadConfig(files).config.applications.get(view.application);
  if (then === undefined) return [];
  return renderingFields.filter((field) => !sameJson(toJson(then[field]), toJson(now[field])));
}

/** Where the configuration of a repository is. */
const places = ['fairlead.yaml', 'fairlead.yml', 'fairlead'];
const configurationFile = /^(?:fairlead|fairlead\/[^/]+)\.ya?ml$/;

function toJson(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}

async function commitFolder(
  context: Context,
  { checkout, view, others: sources, reason }: RevertRequest,
  at: { readonly folder: string; readonly shared: readonly string[]; readonly commit: string },
): Promise<void> {
  const { folder, shared, commit } = at;
  const name = showSelector(view);
  const restore = (source: string): Promise<string> =>
    runGit(context, checkout, [
      'restore',
      `--source=${source}`,
      '--staged',
      '--worktree',
      '--',
      folder,
    ]);
  await restore(commit);
  if ((await changesIn(context, checkout, folder)) === '') {
    context.progress.line(
      `${folder} is in Git as it was at ${shortCommit(commit)} already; there is nothing to commit`,
    );
    return;
  }
  const subject = `Roll back ${name} to ${shortCommit(commit)}`;
  const why = reason === '' ? [] : ['-m', reason];
  try {
    await runGit(context, checkout, ['commit', '--quiet', '-m', subject, ...why, '--', folder]);
  } catch (error) {
    // A hook refused it, or nobody is known as its author: the folder was clean before, so it is again.
    await restore('HEAD');
    throw error;
  }
  const made = await runGit(context, checkout, ['rev-parse', 'HEAD']);
  context.progress.important(`committed ${shortCommit(made)}: ${subject}`);
  if (shared.length > 0) {
    const others = shared.join(', ');
    context.progress.important(
      `${context.style.warn('!')} ${folder} serves ${others} too: the commit changes them as well`,
    );
  }
  if (sources.length > 0) {
    context.progress.important(
      `${context.style.warn('!')} ${name} is made of ${sources.join(', ')} as well: put that back in Git, too, before you resume`,
    );
  }
  context.progress.line(`push it, then: ${context.style.command(`fairlead resume ${name}`)}`);
}

function changesIn(context: Context, checkout: string, folder: string): Promise<string> {
  return runGit(context, checkout, ['status', '--porcelain', '--', folder]);
}

/** The application's folder, and its other environments that are rendered from the same one. */
async function folderOf(request: RevertRequest): Promise<{
  readonly path: string;
  readonly shared: readonly string[];
  readonly found: ApplicationConfig;
}> {
  const { applicationPath } = await import('../config/application-path.ts');
  const { loadConfig } = await import('../config/load.ts');
  const { config } = loadConfig(await readFiles(request.checkout));
  const { application, environment } = request.view;
  const found = config.applications.get(application);
  if (found === undefined) {
    throw revertFailed({
      message: `the configuration of this checkout has no application ${application}`,
      resource: request.checkout,
      hint: 'Run it in a checkout of the repository that the controller follows.',
    });
  }
  if (found.source !== '') {
    throw revertFailed({
      message: `${application} is in the source ${found.source}, not in this checkout`,
      resource: found.source,
      hint: `Write the way back in a checkout of that source: git restore --source=${request.commit} -- ${found.path}`,
    });
  }
  const path = applicationPath(found, environment);
  const shared = found.environments
    .filter((other) => other !== environment && applicationPath(found, other) === path)
    .map((other) => `${application}@${other}`);
  return { path, shared, found };
}

async function readFiles(
  top: string,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const inFolder = await readdir(join(top, 'fairlead')).catch((): string[] => []);
  const names = [
    'fairlead.yaml',
    'fairlead.yml',
    ...inFolder.toSorted().map((name) => `fairlead/${name}`),
  ];
  const files: { file: string; text: string }[] = [];
  for (const file of names.filter((name) => /\.ya?ml$/.test(name))) {
    const text = await readFile(join(top, file), 'utf8').catch(() => null);
    if (text !== null) files.push({ file, text });
  }
  return files;
}

function runGit(context: Context, checkout: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      [...args],
      { cwd: checkout, env: context.io.env, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout.trim());
          return;
        }
        const words = stderr.trim() || error.message;
        reject(
          revertFailed({
            message: `git ${args[0] ?? ''} failed: ${words}`,
            resource: checkout,
            cause: error,
          }),
        );
      },
    );
  });
}
