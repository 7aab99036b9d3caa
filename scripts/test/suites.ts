import type { ToolName } from './tools.ts';

/** A group of test files that need the same tools. */
export interface Suite {
  readonly name: string;
  /** What it shows, in a line. */
  readonly shows: string;
  /** Globs of its files, from the checkout. */
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Without one of these it cannot run. */
  readonly tools: readonly ToolName[];
  /** Suites of a higher stage run after those of a lower one, so that slow tests have the machine for themselves. */
  readonly stage: 0 | 1;
  /** The time limit of one test: what only something that hangs reaches, on a machine that has other things to do, too. */
  readonly timeoutMs: number;
  /** A file that prepares what all of its tests share and takes it away again; see vitest's `globalSetup`. */
  readonly setup?: string;
}

/** Commit signatures are made and verified with the real programs, which not every machine has. */
const signatures = ['src/**/*signature*.test.ts', 'test/**/*signature*.test.ts'];

/** What is shown on a real control plane, which has to be started. */
const onCluster = [
  'src/**/*.cluster.test.ts',
  'test/{docs,examples,e2e}/**/*.cluster.test.ts',
  'test/contract/kubernetes.test.ts',
  'test/kubernetes/**/*.test.ts',
];

/** Pages are typed into a shell, with what a reader has. */
const played = ['test/docs/snippets.test.ts'];

/** Every suite of `npm test`; a test file belongs to exactly one. */
export const suites: readonly Suite[] = [
  {
    name: 'unit',
    shows: 'each part by itself, beside its code',
    include: ['src/**/*.test.ts'],
    exclude: [...signatures, ...onCluster],
    tools: ['git'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'architecture',
    shows: 'the rules of the house: layers, lint, set-up',
    include: ['test/architecture/**/*.test.ts'],
    tools: ['git'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'contract',
    shows: 'every implementation of a port against the same expectations',
    include: ['test/contract/**/*.test.ts'],
    exclude: [...signatures, ...onCluster],
    tools: ['git'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'docs',
    shows: 'the documentation says what the code does',
    include: ['test/docs/**/*.test.ts'],
    exclude: [...played, ...onCluster],
    tools: ['git'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'pages',
    shows: 'what the guide tells people to type works, and says what the guide shows',
    include: played,
    tools: ['git', 'bash', 'curl'],
    stage: 1,
    timeoutMs: 240_000,
  },
  {
    name: 'service',
    shows: 'the unit for systemd is one that systemd understands, and tight',
    include: ['test/service/**/*.test.ts'],
    tools: ['systemd-analyze'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'sim',
    shows: 'the simulator replays, shrinks and catches planted defects',
    include: ['test/sim/**/*.test.ts'],
    tools: ['git'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'signatures',
    shows: 'commit signatures by GPG and SSH',
    include: signatures,
    tools: ['git', 'ssh-keygen', 'gpg'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'ssh',
    shows: 'repositories behind a real SSH server',
    include: ['test/ssh/**/*.test.ts'],
    tools: ['git', 'ssh-keygen', 'sshd'],
    stage: 0,
    timeoutMs: 60_000,
  },
  {
    name: 'parity',
    shows: 'Helm and Kustomize in the sandbox against the programs of the same version',
    include: ['test/parity/**/*.test.ts'],
    tools: ['git', 'native-engines'],
    stage: 1,
    timeoutMs: 60_000,
  },
  {
    name: 'examples',
    shows: 'every folder of examples/ works as it stands',
    include: ['test/examples/**/*.test.ts'],
    exclude: onCluster,
    tools: ['git'],
    stage: 1,
    timeoutMs: 120_000,
  },
  {
    name: 'e2e',
    shows: 'the real program on real repositories, processes and files',
    include: ['test/e2e/**/*.test.ts'],
    exclude: [...signatures, ...onCluster],
    tools: ['git', 'git-http-backend'],
    stage: 1,
    timeoutMs: 90_000,
  },
  {
    name: 'kubernetes',
    shows: 'the Kubernetes target on a real control plane',
    include: onCluster,
    // Pages for a cluster are typed into a shell, too.
    tools: ['git', 'bash', 'control-plane'],
    stage: 1,
    timeoutMs: 120_000,
    setup: 'test/kubernetes/setup.ts',
  },
];
