import type { Block } from './blocks.ts';

/** One command of a `console` block, with what the page says that it says. */
export interface Step {
  /** Its line in the page. */
  readonly line: number;
  /** `null`: what a command that goes on said since. */
  readonly command: string | null;
  readonly expected: readonly string[];
  /** `^C` stands at its end. */
  readonly interrupt: boolean;
}

/** The commands after `$ `, continued after `> `, each with the lines up to the next one. */
export function stepsOf(block: Block): readonly Step[] {
  const steps: { line: number; command: string | null; expected: string[]; interrupt: boolean }[] =
    [];
  const begin = (at: number, command: string | null): void => {
    steps.push({ line: block.line + 1 + at, command, expected: [], interrupt: false });
  };
  for (const [at, line] of block.lines.entries()) {
    const open = steps.at(-1);
    if (line.startsWith('$ ')) begin(at, line.slice(2));
    else if (line.startsWith('> ') && open?.expected.length === 0 && open.command !== null) {
      open.command += `\n${line.slice(2)}`;
    } else {
      if (open === undefined) begin(at, null);
      const now = steps.at(-1);
      if (line === '^C' && now !== undefined) now.interrupt = true;
      else now?.expected.push(line);
    }
  }
  return steps;
}

/** The path that a block is written to; `null` where it names none. */
export function fileOf(block: Block): string | null {
  return /^(?:#|\/\/) file: (\S+)$/.exec(block.lines[0] ?? '')?.[1] ?? null;
}
