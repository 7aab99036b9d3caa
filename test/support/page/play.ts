import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../program.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { mismatch } from './compare.ts';
import { makePlace } from './place.ts';
import type { Place } from './place.ts';
import { openTerminal } from './terminal.ts';
import type { Ran, Terminal } from './terminal.ts';

/*
 * How a page is played, from top to bottom, by somebody who types what it shows:
 *
 * - A block in any language whose first line is a comment `file: PATH` is written to that path.
 * - `sh`: the commands run, and each has to work.
 * - `console`: the commands after `$ ` run and say what the page shows (see compare.ts). One that fails is followed by
 *   `$ echo $?`. One that only looks is repeated for a while until it says so, because what it looks at may take a moment.
 * - `console second-terminal`: the same in another terminal, whose last command goes on, as `fairlead up` does. What the
 *   page shows of it appears in what it says. A later block without command shows what it said since, and `^C` ends it.
 * - `sh elsewhere`: runs in CI otherwise (`npm test`); `text` and no language at all: nothing to run.
 */

const second = 'second-terminal';
const commandMs = 60_000;
const lookMs = 20_000;

/** Commands that change nothing, so that they can be repeated. */
const looks =
  /^(?:cat|ls|stat|curl|grep|tail|test|fairlead (?:get|describe|history|events|logs|diff|plan|wait|doctor|validate))\b/;

interface Step {
  readonly line: number;
  readonly command: string | null;
  readonly expected: readonly string[];
  /** `^C` stands at its end. */
  readonly interrupt: boolean;
}

/** Plays a page. @throws Error with the place in the page, what it shows and what was said instead */
export async function playPage(page: string, examples: string): Promise<void> {
  const markdown = readFileSync(page, 'utf8');
  await using place = await makePlace([markdown, ...textsOf(examples)]);
  place.copy(examples, join(place.home, 'fairlead/examples'));
  const open = (): Terminal => openTerminal({ cwd: place.home, env: place.env });
  const terminals = new Map<string, Terminal>();
  const terminal = async (name: string): Promise<Terminal> => {
    const known = terminals.get(name);
    if (known !== undefined) return known;
    const opened = open();
    terminals.set(name, opened);
    // A second terminal is opened where one works in the first.
    const first = terminals.get('');
    if (name !== '' && first !== undefined) {
      const { output } = await first.run('pwd', commandMs);
      await opened.run(`cd '${output.trim()}'`, commandMs);
    }
    return opened;
  };
  try {
    for (const block of blocksOf(markdown)) {
      const where = `${page}:${block.line}`;
      if (block.language === '' || block.language === 'text' || block.info === 'elsewhere')
        continue;
      const file = fileOf(block);
      if (file !== null) await write(place, await terminal(''), file, block);
      else if (block.language === 'sh') await runAll(where, place, await terminal(''), block);
      else if (block.language !== 'console') throw new Error(`${where}: what is this block for?`);
      else if (block.info === second)
        await followSecond(page, place, await terminal(second), block);
      else await runEach(page, place, await terminal(''), block);
    }
  } finally {
    for (const one of terminals.values()) await one.close();
  }
}

/** The path that a block is written to; `null` where it names none. */
export function fileOf(block: Block): string | null {
  return /^(?:#|\/\/) file: (\S+)$/.exec(block.lines[0] ?? '')?.[1] ?? null;
}

async function write(place: Place, at: Terminal, file: string, block: Block): Promise<void> {
  const { output } = await at.run('pwd', commandMs);
  const path = join(output.trim(), file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, place.here(`${block.lines.join('\n')}\n`));
}

async function runAll(where: string, place: Place, at: Terminal, block: Block): Promise<void> {
  const { code, output } = await at.run(place.here(block.lines.join('\n')), commandMs);
  if (code !== 0)
    throw new Error(`${where}: this ended with ${code} and said\n\n${place.shown(output)}`);
}

async function runEach(page: string, place: Place, at: Terminal, block: Block): Promise<void> {
  let last: Ran = { code: 0, output: '' };
  let told = true;
  for (const step of stepsOf(block)) {
    const where = `${page}:${step.line}`;
    if (step.command === null) throw new Error(`${where}: output without a command`);
    if (step.command === 'echo $?') last = { code: 0, output: String(last.code) };
    else {
      if (!told)
        throw new Error(`${where}: the command before it failed, but the page does not say so`);
      last = await runUntilAsShown(place, at, step.command, step.expected);
    }
    const differs = mismatch(step.expected, place.shown(last.output).split('\n'));
    if (differs !== null)
      throw new Error(difference(where, step, place.shown(last.output), differs));
    told = last.code === 0;
  }
  if (!told)
    throw new Error(
      `${page}:${block.line}: the last command ended with ${last.code}\n\n${place.shown(last.output)}`,
    );
}

async function runUntilAsShown(
  place: Place,
  at: Terminal,
  command: string,
  expected: readonly string[],
): Promise<Ran> {
  const deadline = Date.now() + lookMs;
  for (;;) {
    const ran = await at.run(place.here(command), commandMs);
    if (mismatch(expected, place.shown(ran.output).split('\n')) === null) return ran;
    if (!looks.test(command) || Date.now() > deadline) return ran;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function followSecond(page: string, place: Place, at: Terminal, block: Block): Promise<void> {
  const steps = stepsOf(block);
  for (const [number, step] of steps.entries()) {
    const where = `${page}:${step.line}`;
    if (step.command !== null) {
      if (number < steps.length - 1) {
        const { code, output } = await at.run(place.here(step.command), commandMs);
        if (code !== 0)
          throw new Error(`${where}: this ended with ${code} and said\n\n${place.shown(output)}`);
        continue;
      }
      at.start(place.here(step.command));
    }
    const seen = (): string | null =>
      mismatch(['…', ...step.expected, '…'], place.shown(at.said()).split('\n'));
    if (step.interrupt) await at.interrupt(commandMs);
    await until(
      `${where}: what the page shows`,
      () => seen() === null,
      () => difference(where, step, place.shown(at.said()), seen() ?? ''),
    );
    if (!step.interrupt && !at.busy())
      throw new Error(`${where}: it ended\n\n${place.shown(at.said())}`);
  }
}

function stepsOf(block: Block): readonly Step[] {
  const steps: { line: number; command: string | null; expected: string[]; interrupt: boolean }[] =
    [];
  for (const [at, line] of block.lines.entries()) {
    const open = steps.at(-1);
    if (line.startsWith('$ ')) {
      steps.push({
        line: block.line + 1 + at,
        command: line.slice(2),
        expected: [],
        interrupt: false,
      });
    } else if (line.startsWith('> ') && open?.expected.length === 0 && open.command !== null) {
      open.command += `\n${line.slice(2)}`;
    } else if (open === undefined) {
      steps.push({ line: block.line + 1 + at, command: null, expected: [], interrupt: false });
      steps.at(-1)?.expected.push(line);
    } else open.expected.push(line);
    const now = steps.at(-1);
    if (line === '^C' && now !== undefined) {
      now.expected.pop();
      now.interrupt = true;
    }
  }
  return steps;
}

function difference(where: string, step: Step, said: string, line: string): string {
  return `${where}: ${step.command ?? 'what goes on'}\n\nsays\n\n${said}\n\nwhere the page shows\n\n${step.expected.join('\n')}\n\nThe first line that does not fit: ${line}`;
}

/** Texts of all files of a folder. */
function textsOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
