import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FileHead } from '../../render/proposal.ts';
import { targetDrivers } from '../../targets/registry.ts';
import { findCheckout, hasConfiguration } from '../checkout.ts';
import type { CommandDefinition } from '../command.ts';
import type { Context } from '../context.ts';
import { fileExists, fileFailed, usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { mapLimited } from '../abort.ts';
import type { InitOptions } from '../init/propose.ts';

/** Where editors find the JSON Schema. */
const schemaUrl = 'https://fairlead.dev/schema/fairlead.schema.json';

/** Bytes at the beginning of a file that tell what it is. */
const headBytes = 4_096;

const mostFiles = 20_000;

export const init: CommandDefinition = {
  description: `Looks at what the repository holds and writes a fairlead.yaml that says what runs where: a target, environments, and an application for each folder that can be served: Helm charts, Kustomize overlays and Kubernetes manifests go to a cluster, manifests of files and processes to this machine. What is not proposed stands in it as a comment. Nothing else is touched, no cluster is asked, and an existing configuration is never overwritten without --force.`,
  arguments: [],
  options: [
    {
      flags: '--target <kind>',
      description:
        'What it is for. Default: this machine, unless there are only things for a cluster',
      choices: targetDrivers.map(({ name }) => name),
    },
    {
      flags: '--context <name>',
      description: 'The context of the kubeconfig to name; means --target kubernetes',
    },
    { flags: '--dry-run', description: 'Print it instead of writing it' },
    { flags: '--force', description: 'Overwrite an existing fairlead.yaml' },
  ],
  examples: [
    {
      run: 'fairlead init && fairlead plan --worktree',
      why: 'write it, then see what it would do',
    },
    { run: 'fairlead init --dry-run', why: 'only look' },
    { run: 'fairlead init --context staging', why: 'for the cluster of a context' },
  ],
  outputs: ['text'],
  run: async (context, input) => {
    const { directory } = context.globals;
    const checkout = await findCheckout(directory);
    const top = checkout ?? directory;
    const file = join(top, 'fairlead.yaml');
    if (!input.flag('dryRun') && !input.flag('force') && (await hasConfiguration(top))) {
      throw fileExists({ message: `${top} has a Fairlead configuration already`, resource: file });
    }
    const { proposeConfig } = await import('../init/propose.ts');
    const text = proposeConfig(await readHeads(top, await listFiles(top)), {
      schema: schemaUrl,
      name: basename(top),
      ...targetOf(input),
    });
    if (input.flag('dryRun')) {
      context.out.text(text);
      return exitCodes.ok;
    }
    try {
      await writeFile(file, text, { flag: input.flag('force') ? 'w' : 'wx' });
    } catch (error) {
      throw fileFailed({ message: `${file} cannot be written`, resource: file, cause: error });
    }
    tellNext(context, file, checkout !== null);
    return exitCodes.ok;
  },
};

/** @throws FairleadError `cli.usage` for a context of what has none. */
function targetOf(input: Input): Pick<InitOptions, 'target' | 'context'> {
  const [target, context] = [input.text('target'), input.text('context')];
  if (context === null) return target === null ? {} : { target };
  const named = targetDrivers.find(({ name, proposal }) =>
    target === null ? proposal.hasContext === true : name === target,
  );
  if (named?.proposal.hasContext !== true) {
    throw usage({
      message: `--context names a cluster, and --target ${target ?? ''} is none`,
      hint: 'Leave one of them out.',
    });
  }
  return { target: named.name, context };
}

function tellNext(context: Context, file: string, inGit: boolean): void {
  const { progress, style } = context;
  progress.line(`${style.good('✓')} wrote ${file}`);
  if (!inGit)
    progress.line(
      `this is not in a Git repository yet: ${style.command('git init && git add . && git commit')}`,
    );
  progress.line(`next: ${style.command('fairlead plan --worktree')} shows what it would do`);
}

/** Paths of the files that Git knows or would know; of a folder without Git none. */
function listFiles(top: string): Promise<readonly string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  return new Promise((resolve) => {
    execFile('git', args, { cwd: top, maxBuffer: 64 * 2 ** 20 }, (error, stdout) => {
      const paths = error === null ? stdout.split('\0').filter((path) => path !== '') : [];
      resolve([...new Set(paths)].slice(0, mostFiles));
    });
  });
}

function readHeads(top: string, paths: readonly string[]): Promise<readonly FileHead[]> {
  return mapLimited(paths, 16, async (path): Promise<FileHead> => {
    if (!/\.(ya?ml|json)$/.test(path)) return { path };
    try {
      await using file = await open(join(top, path));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return { path, head: buffer.toString('utf8', 0, bytesRead) };
    } catch {
      return { path };
    }
  });
}
