import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, matchesGlob } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { only, readDockerfile } from './dockerfile.ts';

/*
 * Whether the recipe of the image (examples/container/Dockerfile) and the Deployment that runs it (docs/guide/first-cluster.md)
 * fit the package: without a container engine, the steps of the recipe are taken in a folder, and the controller is started
 * with the arguments, the user and the environment of the Deployment. What the base image holds is not looked at.
 */

const startedWithinMs = 60_000;

interface Packed {
  readonly root: string;
  /** A folder to work in. */
  readonly folder: string;
  /** Path of the package, as `npm pack` made it. */
  readonly tarball: string;
  readonly run: (command: string, args: readonly string[], cwd: string) => string;
}

/** @returns what was checked, in a line. @throws Error with what does not fit */
export async function checkContainer({ root, folder, tarball, run }: Packed): Promise<string> {
  const recipe = readDockerfile(readFileSync(join(root, 'examples/container/Dockerfile'), 'utf8'));
  const known = ['FROM', 'RUN', 'COPY', 'USER', 'ENTRYPOINT'];
  const unknown = recipe.filter(({ name }) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`nobody checks ${unknown[0]?.name} of the Dockerfile`);

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  const [, major] = /^node:(\d+)-slim$/.exec(only(recipe, 'FROM')) ?? [];
  if (`>=${major}` !== manifest.engines.node)
    throw new Error(`the image has Node ${major}; package.json wants ${manifest.engines.node}`);

  const [glob = '', to = ''] = only(recipe, 'COPY').split(' ');
  if (!matchesGlob(basename(tarball), glob))
    throw new Error(`COPY ${glob} does not fit ${basename(tarball)}, as npm pack calls it`);
  const install = recipe.find(({ text }) => text.startsWith('npm install --global '));
  if (install?.text.split(' ')[3] !== `${to}${glob}`)
    throw new Error('the Dockerfile does not install what it copies');
  const prefix = join(folder, 'image');
  run('npm', ['install', '--global', '--prefix', prefix, '--loglevel=error', tarball], folder);

  const [program = ''] = JSON.parse(only(recipe, 'ENTRYPOINT')) as readonly string[];
  const entry = join(prefix, 'bin', program);
  run(entry, ['--version'], folder);
  const uid = Number(only(recipe, 'USER'));
  await startAs(uid, entry, deploymentIn(root), folder);
  return `the steps of examples/container/Dockerfile were taken; the controller started as user ${uid}, as its Deployment does`;
}

interface Deployment {
  readonly args: readonly string[];
  readonly uid: number;
}

/** The Deployment of the guide. */
function deploymentIn(root: string): Deployment {
  const page = readFileSync(join(root, 'docs/guide/first-cluster.md'), 'utf8');
  const [, text = ''] = /```yaml\n# file: fairlead-controller\.yaml\n(.*?)```/s.exec(page) ?? [];
  const objects = parseAllDocuments(text).map((document) => document.toJS() as DeploymentObject);
  const spec = objects.find(({ kind }) => kind === 'Deployment')?.spec.template.spec;
  const [container] = spec?.containers ?? [];
  if (spec === undefined || container === undefined)
    throw new Error('the guide has no Deployment of the controller');
  return { args: container.args, uid: spec.securityContext.runAsUser };
}

interface DeploymentObject {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number };
        readonly containers: readonly { readonly args: readonly string[] }[];
      };
    };
  };
}

/** Starts the controller as the Deployment does, with a state folder and a repository of ours, and ends it as Kubernetes does. */
async function startAs(
  uid: number,
  entry: string,
  deployment: Deployment,
  folder: string,
): Promise<void> {
  if (deployment.uid !== uid)
    throw new Error(`the image is for user ${uid}, the Deployment runs it as ${deployment.uid}`);
  const [home, repository] = [join(folder, 'state'), join(folder, 'fleet.git')];
  makeRepository(repository);
  mkdirSync(home);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    // Everything but its volume is somebody else's, and may be read.
    chmodSync(folder, 0o755);
    spawnSync('chown', ['-R', String(uid), repository]);
    chownSync(home, uid, uid);
  }
  const args = deployment.args.map((word) =>
    word.replace(/^https:.*/, repository).replace(/^\/state/, home),
  );
  const child = spawn(entry, args, {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot && { uid, gid: uid }),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + startedWithinMs;
  while (!said.includes('config.accepted') && child.exitCode === null && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGTERM');
  const code = await ended;
  if (!said.includes('config.accepted') || code !== 0)
    throw new Error(`the controller of the Deployment ended with ${code}\n${said}`);
}

/** A repository with a configuration in it that nothing has to be done for. */
function makeRepository(folder: string): void {
  mkdirSync(folder);
  const git = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  };
  git('init', '--quiet', '--initial-branch=main', '.');
  writeFileSync(
    join(folder, 'fairlead.yaml'),
    'apiVersion: fairlead.dev/v1alpha1\nkind: Target\nmetadata: {name: cluster}\nspec: {kubernetes: {inCluster: true}}\n',
  );
  git('add', '.');
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  git(...author, 'commit', '--quiet', '--message', 'A configuration');
}
