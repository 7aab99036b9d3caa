import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, ApplicationDetail, ApplicationView } from '../../src/control/api.ts';
import { createTestRepository, temporaryFolder } from './git.ts';
import type { TestRepository } from './git.ts';
import { controllerApi, runProgram, startProgram, until, untilServed } from './program.ts';
import type { Ended, Running } from './program.ts';

/** A checkout on this disk and a controller that follows it. All in one temporary folder, unless said otherwise. */
export interface LocalBench extends AsyncDisposable {
  readonly folder: string;
  readonly checkout: TestRepository;
  /** Folder of what is live. */
  readonly out: string;
  readonly stateDir: string;
  /** The controller's folder of host inventories. */
  readonly hostDir: string;
  readonly api: Api;
  /** A `File` in the live folder. */
  file(name: string, content: string, more?: string): string;
  /** Runs `fairlead` on the state folder to its end. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Starts `fairlead up`. */
  spawn(...more: readonly string[]): Running;
  /** Starts `fairlead up` and waits until it answers. */
  start(...more: readonly string[]): Promise<Running>;
  /** Ends the controller by a signal and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** What a live file holds; `null`: it is not there. */
  content(name: string): string | null;
  view(application: string): Promise<ApplicationView>;
  detail(application: string): Promise<ApplicationDetail>;
  /** Waits until an application is as `seen` says. */
  application(
    name: string,
    what: string,
    seen: (view: ApplicationView) => boolean,
    withinMs?: number,
  ): Promise<ApplicationView>;
  /** Waits until applications are in sync and healthy at a commit. */
  settled(commit: string, ...applications: readonly string[]): Promise<void>;
  /** All that the controller wrote so far, and how it sees things, for messages. */
  readonly why: () => Promise<string>;
}

interface LocalBenchOptions {
  readonly stateDir?: string;
  readonly hostDir?: string;
  readonly out?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** An `Application` of the test environment. */
export function application(name: string, more = ''): string {
  return `---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: ${name} }
spec: { path: ${name}, environments: [dev]${more} }
`;
}

/** Target and environment of the tests; `hostDir` is where inventories are. */
export function surroundings(hostDir: string, more = ''): string {
  return `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: { name: here }
spec: { host: { stateDir: ${JSON.stringify(hostDir)}${more} } }
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: dev }
spec: { targets: [here], sync: auto, ephemeral: true }
`;
}

export function createLocalBench(options: LocalBenchOptions = {}): LocalBench {
  const folder = temporaryFolder('fairlead-attack-');
  const checkout = createTestRepository();
  const out = options.out ?? join(folder, 'out');
  const stateDir = options.stateDir ?? join(folder, 'state');
  const hostDir = options.hostDir ?? join(folder, 'host');
  if (!existsSync(out)) mkdirSync(out);
  const env = { HOME: folder, XDG_STATE_HOME: join(folder, 'xdg'), ...options.env };
  const api = controllerApi(stateDir);
  let running: Running | null = null;

  const bench: LocalBench = {
    folder,
    checkout,
    out,
    stateDir,
    hostDir,
    api,
    file: (name, content, more = '') => `apiVersion: host.fairlead.dev/v1alpha1
kind: File
metadata: { name: ${name.replaceAll('/', '-')} }
spec: { path: ${JSON.stringify(join(out, name))}, content: ${JSON.stringify(content)}${more} }
---
`,
    run: (...args) => runProgram([...args, '--state-dir', stateDir], { cwd: folder, env }),
    spawn(...more) {
      const args = ['up', '--repo', checkout.directory, '--poll', '100ms', '--state-dir', stateDir];
      running = startProgram([...args, ...more], { cwd: folder, env });
      return running;
    },
    async start(...more) {
      const started = bench.spawn(...more);
      await untilServed(started, api);
      return started;
    },
    async stop(signal = 'SIGTERM') {
      const ending = running;
      running = null;
      ending?.kill(signal);
      return (await ending?.ended)?.code ?? null;
    },
    content(name) {
      const path = join(out, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    async view(name) {
      const found = (await api.applications()).find((one) => one.application === name);
      if (found === undefined) throw new Error(`there is no application ${name}`);
      return found;
    },
    detail: (name) => api.application({ application: name, environment: 'dev' }),
    async application(name, what, seen, withinMs) {
      let view: ApplicationView | undefined;
      await until(
        `${name}: ${what}`,
        async () => {
          view = (await api.applications()).find((one) => one.application === name);
          return view !== undefined && seen(view);
        },
        bench.why,
        withinMs,
      );
      return view!;
    },
    async settled(commit, ...names) {
      for (const name of names) {
        await bench.application(
          name,
          `live at ${commit}`,
          (view) =>
            view.sync === 'Synced' &&
            view.health.status === 'Healthy' &&
            view.error === null &&
            view.live.some((source) => source.commit === commit),
          60_000,
        );
      }
    },
    why: async () => {
      const views = await api.applications().catch((error: unknown) => String(error));
      const status = await api.status().catch((error: unknown) => String(error));
      return `${running?.text() ?? 'no controller'}\n${JSON.stringify({ status, views }, null, 1)}`;
    },
    async [Symbol.asyncDispose]() {
      await bench.stop('SIGKILL');
      checkout.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
