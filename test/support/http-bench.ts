import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, ControllerStatus, SourceView } from '../../src/control/api.ts';
import {
  createTestRepository,
  runGitBeside,
  temporaryFolder,
  type Files,
  type TestRepository,
} from './git.ts';
import { createBareRepository, serveGit, type GitHttpServer } from './git-http.ts';
import {
  controllerApi,
  runProgram,
  startProgram,
  until,
  untilServed,
  type Ended,
  type Running,
} from './program.ts';

/** A repository over HTTP, somebody's checkout of it, and a controller that follows it. All in temporary folders. */
export interface HttpBench extends AsyncDisposable {
  readonly server: GitHttpServer;
  /** The bare repository at the server. */
  readonly bare: string;
  readonly checkout: TestRepository;
  /** Folder of what is live. */
  readonly out: string;
  readonly stateDir: string;
  /** The controller's folder of host inventories. */
  readonly hostDir: string;
  readonly api: Api;
  /** A `File` resource in the live folder. Default name: `page`. */
  page(content: string, name?: string): string;
  /** Commits in the checkout and pushes over HTTP; gives the commit. */
  push(files: Files, message?: string): Promise<string>;
  /** The same without the server: the commit gets into the repository at its back. `force`: over what is there. */
  pushBehind(files: Files, force?: boolean): string;
  /** Runs `fairlead` on the state folder to its end. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Starts `fairlead up` and waits until it answers. */
  start(...more: readonly string[]): Promise<Running>;
  /** What a live file holds; `null`: it is not there. Default name: `page`. */
  content(name?: string): string | null;
  /** Waits until a live file holds this; `null`: until it is gone. */
  live(content: string | null, name?: string): Promise<void>;
  /** Somebody changes a live file by hand, and it comes back. */
  heals(content: string, name?: string): Promise<void>;
  /** How the repository is, once `seen` says yes. */
  source(what: string, seen: (view: SourceView) => boolean): Promise<SourceView>;
  status(what: string, seen: (status: ControllerStatus) => boolean): Promise<ControllerStatus>;
  /** Ends the controller by a signal and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** How often the controller of a test looks at the repository. */
const poll = '250ms';

/** @param prefix of the command lines that run `fairlead`. */
export async function createHttpBench(prefix: readonly string[] = []): Promise<HttpBench> {
  const folder = temporaryFolder('fairlead-e2e-');
  const server = await serveGit();
  const bare = createBareRepository(server, 'shop.git');
  const checkout = createTestRepository();
  const out = join(folder, 'out');
  const stateDir = join(folder, 'state');
  const hostDir = join(folder, 'host');
  mkdirSync(out);
  let running: Running | null = null;
  const api = controllerApi(stateDir);

  checkout.git('remote', 'add', 'origin', server.url('shop.git'));
  checkout.commit({
    'fairlead.yaml': `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: { name: here }
spec: { host: { stateDir: ${hostDir} } }
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: dev }
spec: { targets: [here], sync: auto }
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: site }
spec: { path: site, environments: [dev] }
`,
  });

  const why = async (): Promise<string> => {
    const views = await api.applications().catch((error: unknown) => String(error));
    const status = await api.status().catch((error: unknown) => String(error));
    return `${running?.text() ?? 'no controller'}\n${JSON.stringify({ status, views }, null, 1)}`;
  };

  const bench: HttpBench = {
    server,
    bare,
    checkout,
    out,
    stateDir,
    hostDir,
    api,
    page: (content, name = 'page') => `apiVersion: host.fairlead.dev/v1alpha1
kind: File
metadata: { name: ${name} }
spec: { path: ${join(out, name)}, content: ${JSON.stringify(content)} }
`,
    async push(files, message) {
      const commit = checkout.commit(files, message);
      await runGitBeside(checkout.directory, ['push', '--quiet', 'origin', 'main']);
      return commit;
    },
    pushBehind(files, force = false) {
      const commit = checkout.commit(files);
      checkout.git('push', '--quiet', ...(force ? ['--force'] : []), bare, 'main');
      return commit;
    },
    run: (...args) => runProgram([...args, '--state-dir', stateDir], { cwd: folder, prefix }),
    async start(...more) {
      const started = startProgram(
        ['up', '--repo', server.url('shop.git'), '--poll', poll, '--state-dir', stateDir, ...more],
        { cwd: folder, prefix },
      );
      running = started;
      await untilServed(started, api);
      return started;
    },
    content(name = 'page') {
      const path = join(out, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    async live(content, name = 'page') {
      const what = `${name} is ${JSON.stringify(content)}`;
      await until(what, () => bench.content(name) === content, why);
    },
    async heals(content, name = 'page') {
      writeFileSync(join(out, name), 'broken by hand\n');
      await bench.live(content, name);
    },
    async status(what, seen) {
      let status: ControllerStatus | null = null;
      await until(
        what,
        async () => {
          status = await api.status();
          return seen(status);
        },
        why,
      );
      return status!;
    },
    async source(what, seen) {
      const find = (status: ControllerStatus): SourceView =>
        status.sources.find((source) => source.name === '')!;
      return find(await bench.status(what, (status) => seen(find(status))));
    },
    async stop(signal = 'SIGTERM') {
      const ending = running;
      running = null;
      ending?.kill(signal);
      return (await ending?.ended)?.code ?? null;
    },
    async [Symbol.asyncDispose]() {
      await bench.stop('SIGKILL');
      await server[Symbol.asyncDispose]();
      checkout.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
