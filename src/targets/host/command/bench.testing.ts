import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { JsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import { unwrap } from '../../../model/result.ts';
import { createBench, manifestOf, steps } from '../bench.testing.ts';
import type { Bench } from '../bench.testing.ts';

/** A bench whose commands work in its temporary folder and leave lines there that tell what ran. */
export interface CommandBench extends Bench {
  /** Makes `done`, which its check looks for. Notes each run in `runs` and each check in `checks`. */
  marking(more?: JsonObject): Manifest;
  /** Without a check: notes each run in `runs`, by this word. */
  once(word: string, more?: JsonObject): Manifest;
  /** The lines of a file in the folder; none where it is not there. */
  lines(name: string): readonly string[];
  /** What a plan of these would do: "run Command/setup". */
  planned(...manifests: readonly Manifest[]): Promise<readonly string[]>;
}

/** A Command. */
export function command(spec: JsonObject, name = 'setup'): Manifest {
  return manifestOf('Command', name, spec);
}

/** The arguments that run a line of a shell. */
export function sh(text: string): readonly string[] {
  return ['/bin/sh', '-c', text];
}

/** Whether a process runs; one that has ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Opens a bench; the folder that commands work in is there already. */
export async function createCommandBench(): Promise<CommandBench> {
  const bench = await createBench();
  const cwd = bench.path('');
  await mkdir(cwd, { recursive: true });
  return {
    ...bench,
    marking: (more = {}) =>
      command({
        check: sh('echo >>checks; test -e done'),
        run: sh('echo "$FAIRLEAD_COMMAND_ID" >>runs; touch done'),
        cwd,
        ...more,
      }),
    once: (word, more = {}) => command({ run: sh(`echo ${word} >>runs`), cwd, ...more }),
    lines: (name) => {
      const file = bench.path(name);
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    },
    planned: async (...manifests) => steps(unwrap(await bench.plan(...manifests)).plan),
  };
}
