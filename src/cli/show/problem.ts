import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { showProblem } from '../../config/frame.ts';
import type { ConfigProblemView } from '../../control/api.ts';

/** Largest piece of a file that is looked at to show a problem's lines, in bytes. */
const maxBytes = 4 * 2 ** 20;

/** A problem on one line: place, what is wrong, and what was probably meant. */
export function problemLine(problem: ConfigProblemView): string {
  const { file, line, column, message, suggestion } = problem;
  const meant = suggestion == null ? '' : `; did you mean ${suggestion}?`;
  return `${file}:${line}:${column}: ${message}${meant}`;
}

/** Whether it is more than a warning: something of the configuration is not in force because of it. */
export function isError({ severity }: ConfigProblemView): boolean {
  return severity !== 'warning';
}

/** Where the files are that problems speak of. */
interface FilePlace {
  /** Top folder of the checkout; `null`: the files are not here. */
  readonly checkout: string | null;
  /** The files as they lie there, instead of those of HEAD. */
  readonly worktree: boolean;
}

/** Problems with the lines that they are about, as people read them. */
export async function showProblems(
  problems: readonly ConfigProblemView[],
  place: FilePlace,
  color: boolean,
): Promise<string> {
  const blocks: string[] = [];
  for (const problem of problems) {
    const text = await textOf(place, problem.file);
    blocks.push(
      showProblem(
        {
          severity: 'error',
          found: null,
          allowed: null,
          suggestion: null,
          ...problem,
        },
        text,
        { color },
      ),
    );
  }
  return blocks.join('\n\n');
}

/** `null` where the file cannot be had; its problem is then shown without lines. */
async function textOf({ checkout, worktree }: FilePlace, file: string): Promise<string | null> {
  if (checkout === null) return null;
  if (worktree) return readFile(join(checkout, file), 'utf8').catch(() => null);
  return new Promise((resolve) => {
    // A folder has no lines, and `git show` would list it.
    const args = ['cat-file', 'blob', `HEAD:./${file}`];
    execFile('git', args, { cwd: checkout, maxBuffer: maxBytes }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}
