import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createTestRepository, temporaryFolder, type Files, type TestRepository } from './git.ts';
import { run, type Ran } from '../../src/cli/testing.ts';
import { programEnvironment } from './program.ts';

/**
 * A person's checkout with a configuration in it, and the command line run there: the real one, within this process,
 * because starting Node takes longer than what it does. All in temporary folders.
 */
export interface CheckoutBench extends AsyncDisposable {
  readonly folder: string;
  readonly checkout: TestRepository;
  /** Folder of what is live. */
  readonly out: string;
  /** A state folder of the person; `fairlead` is run on it. */
  readonly stateDir: string;
  /** The configuration: one application `site` in environment `dev` with this policy. */
  configuration(sync: 'auto' | 'approve' | 'manual'): string;
  /** A `File` resource in the live folder. Default name: `page`. */
  page(content: string, name?: string): string;
  /** What a live file holds; `null`: it is not there. Default name: `page`. */
  content(name?: string): string | null;
  /** Runs `fairlead` in the checkout to its end, with nobody at a terminal. */
  run(...args: readonly string[]): Promise<Ran>;
  /** The same on another state folder. */
  runOn(stateDir: string, ...args: readonly string[]): Promise<Ran>;
  /** Runs it with `-o json` and gives what it wrote. */
  json(...args: readonly string[]): Promise<unknown>;
}

/** @param files committed first, beside the configuration. */
export function createCheckoutBench(
  sync: 'auto' | 'approve' | 'manual' = 'auto',
  files: (bench: CheckoutBench) => Files = () => ({}),
): CheckoutBench {
  const folder = temporaryFolder('fairlead-cli-');
  const checkout = createTestRepository();
  const out = join(folder, 'out');
  mkdirSync(out);
  const bench: CheckoutBench = {
    folder,
    checkout,
    out,
    stateDir: join(folder, 'state'),
    configuration: (policy) => `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: { name: here }
spec: { host: { stateDir: ${join(folder, 'host')} } }
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: dev }
spec: { targets: [here], sync: ${policy} }
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: site }
spec: { path: site, environments: [dev] }
`,
    page: (content, name = 'page') => `apiVersion: host.fairlead.dev/v1alpha1
kind: File
metadata: { name: ${name} }
spec: { path: ${join(out, name)}, content: ${JSON.stringify(content)} }
`,
    content(name = 'page') {
      const path = join(out, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    run: (...args) => bench.runOn(bench.stateDir, ...args),
    runOn: (stateDir, ...args) =>
      run(['--state-dir', stateDir, ...args], {
        cwd: checkout.directory,
        env: programEnvironment(),
      }),
    async json(...args) {
      const { stdout } = await bench.run(...args, '-o', 'json');
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]() {
      checkout.remove();
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
  checkout.commit({
    'fairlead.yaml': bench.configuration(sync),
    'site/page.yaml': bench.page('one\n'),
    ...files(bench),
  });
  return bench;
}
