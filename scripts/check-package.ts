import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { checkContainer } from './package/container.ts';

/**
 * `npm run package:check`: packs the package, installs it into an empty folder as a user would, and starts it from
 * there, so that a file missing from the package or a path that only a checkout has does not come out after a release.
 */

const root = dirname(import.meta.dirname);
/** A PATH with Node and Git, and with no program of a control plane that somebody installed. */
const bare = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
const folder = mkdtempSync(join(tmpdir(), 'fairlead-package-'));
try {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  ) as {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (packed === undefined) throw new Error('npm pack made nothing');
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', `./${packed.filename}`],
    folder,
  );
  const fairlead = join(folder, 'node_modules/.bin/fairlead');
  const version = run(fairlead, ['--version'], folder).trim();
  const help = run(fairlead, ['--help'], folder);
  if (!/\d+\.\d+\.\d+/.test(version))
    throw new Error(`--version printed ${JSON.stringify(version)}`);
  if (!help.includes('sync')) throw new Error('--help does not list the commands');
  // What builds a control plane is not in the package; it has to say so.
  const demo = spawnSync(fairlead, ['demo', '--kubernetes', '--no-input'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: folder, KUBEBUILDER_ASSETS: '', PATH: bare },
  });
  if (demo.status !== 1 || !demo.stderr.includes('only a checkout of Fairlead can build'))
    throw new Error(`demo --kubernetes ended with ${demo.status}\n${demo.stdout}${demo.stderr}`);
  const tarball = join(folder, packed.filename);
  const container = await checkContainer({ root, folder, tarball, run });
  console.log(`package: ${packed.files.length} files, installed and started: ${version}`);
  console.log(`package: ${container}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: dirname(process.execPath) + delimiter + (process.env['PATH'] ?? ''),
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
