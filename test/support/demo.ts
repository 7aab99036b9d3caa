import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProcessTable } from '../../src/system/processes.ts';
import { program } from './program.ts';

export interface Demo {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it wrote so far, to stdout and stderr. */
  readonly text: () => string;
  /** Exit code or signal, once it has ended. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Demos with a temporary folder of their own, so that what they leave can be seen. */
export interface Demos extends AsyncDisposable {
  readonly temporary: string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Demo;
  /** What is left in the temporary folder. */
  files(): Promise<readonly string[]>;
  /** Processes that a demo started and that are still there, by a word of what they are. */
  processes(): Promise<readonly string[]>;
}

export async function openDemos(): Promise<Demos> {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-demo-test-')));
  const started: ChildProcessWithoutNullStreams[] = [];
  return {
    temporary,
    start: (args, env = {}) => {
      const child = spawn(process.execPath, [program, 'demo', ...args], {
        env: {
          ...process.env,
          TMPDIR: temporary,
          FAIRLEAD_ACTOR: 'ada',
          FORCE_COLOR: '',
          ...env,
        },
      });
      started.push(child);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
      const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
        child.once('close', (code, signal) => resolve(signal ?? code)),
      );
      return { child, text: () => text, ended };
    },
    files: () => readdir(temporary),
    processes: async () => {
      const table = await openProcessTable();
      const found: string[] = [];
      for (const { pid, zombie } of await table.list()) {
        if (zombie || pid === process.pid) continue;
        // The programs of a cluster have its folder as their home.
        for (const name of ['TMPDIR', 'PAGE', 'CONFIG', 'HOME']) {
          const value = await table.environment(pid, name);
          if (value?.startsWith(temporary) !== true) continue;
          found.push(`${pid} ${name}=${value}`);
          break;
        }
      }
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of started.splice(0)) child.kill('SIGKILL');
      await rm(temporary, { recursive: true, force: true });
    },
  };
}
