import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClusterRecord } from '../../../src/cluster/record.ts';
import { until } from '../program.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { compare, id } from './compare.ts';
import { makePlace } from './place.ts';
import type { Place } from './place.ts';
import { fileOf, stepsOf } from './steps.ts';
import type { Step } from './steps.ts';
import { openTerminal } from './terminal.ts';
import type { Ran, Terminal } from './terminal.ts';

/*
 * How a page is played, from top to bottom, by somebody who types what it shows:
 *
 * - A block in any language whose first line is a comment `file: PATH` is written to that path.
 * - `sh`: the commands run, and each has to work.
 * - `console`: the commands after `$ ` run and say what the page shows (see compare.ts). A commit, digest or id that the
 *   page showed before stands in a command for the one that was really said. A command that fails is followed by
 *   `$ echo $?`. One that only looks is repeated for a while until it says so.
 * - `console second-terminal`: the same in another terminal, whose last command goes on, as `fairlead up` does. What the
 *   page shows of it appears in what it says. A later block without command shows what it said since, and `^C` ends it.
 * - `sh elsewhere`: runs in CI otherwise (`npm test`); `text` and no language at all: nothing to run.
 */

const second = 'second-terminal';
const commandMs = 60_000;
/** Nothing that is shown takes that long; a machine that has other things to do may. */
const lookMs = 60_000;

/** Commands that change nothing, so that they can be repeated. */
const looks =
  /^(?:cat|ls|stat|curl|grep|tail|test|kubectl (?:-n \S+ )?(?:get|auth)|fairlead (?:get|describe|history|events|logs|diff|plan|render|tree|wait|doctor|validate))\b/;

/**
 * Plays a page, with the examples in `~/fairlead/examples`.
 * @param cluster that the reader has.
 * @throws Error with the place in the page and what was said instead
 */
export async function playPage(
  page: string,
  examples: string,
  cluster: ClusterRecord | null = null,
): Promise<void> {
  const markdown = readFileSync(page, 'utf8');
  await using place = await makePlace([markdown, ...textsOf(examples)], cluster);
  place.copy(examples, join(place.home, 'fairlead/examples'));
  const player = new Player(page, place);
  try {
    for (const block of blocksOf(markdown)) await player.play(block);
  } finally {
    await player.close();
  }
}

class Player {
  readonly #page: string;
  readonly #place: Place;
  readonly #first: Terminal;
  #second: Terminal | null = null;
  /** What was really said for each id that the page shows. */
  readonly #ids = new Map<string, string>();

  constructor(page: string, place: Place) {
    this.#page = page;
    this.#place = place;
    this.#first = openTerminal({ cwd: place.home, env: place.env });
  }

  async close(): Promise<void> {
    await this.#second?.close();
    await this.#first.close();
  }

  async play(block: Block): Promise<void> {
    const { language, info } = block;
    if (language === '' || language === 'text' || info === 'elsewhere') return;
    const file = fileOf(block);
    if (file !== null) await this.#write(file, block);
    else if (language === 'sh') {
      await this.#work(this.#first, block.line, block.lines.join('\n'));
    } else if (language !== 'console') throw this.#error(block.line, 'what is this block for?');
    else if (info === second) await this.#followSecond(block);
    else await this.#console(block);
  }

  async #write(file: string, block: Block): Promise<void> {
    const { output } = await this.#first.run('pwd', commandMs);
    const path = join(output.trim(), file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#place.here(`${block.lines.join('\n')}\n`));
  }

  /** Runs what has to work. */
  async #work(terminal: Terminal, line: number, commands: string): Promise<void> {
    const { code, output } = await terminal.run(this.#here(commands), commandMs);
    if (code !== 0)
      throw this.#error(line, `this ended with ${code} and said\n\n${this.#place.shown(output)}`);
  }

  async #console(block: Block): Promise<void> {
    let last: Ran = { code: 0, output: '' };
    let told = true;
    for (const step of stepsOf(block)) {
      if (step.command === null) throw this.#error(step.line, 'output without a command');
      if (step.command === 'echo $?') last = { code: 0, output: String(last.code) };
      else {
        if (!told) throw this.#error(step.line, 'the command before it failed, says nobody');
        last = await this.#runUntilAsShown(step, step.command);
      }
      this.#check(step, step.expected, last.output);
      told = last.code === 0;
    }
    if (!told)
      throw this.#error(block.line, `it ended with ${last.code}; show that with \`$ echo $?\``);
  }

  async #runUntilAsShown(step: Step, command: string): Promise<Ran> {
    const deadline = Date.now() + lookMs;
    for (;;) {
      const ran = await this.#first.run(this.#here(command), commandMs);
      if (this.#differs(step.expected, ran.output) === null) return ran;
      if (!looks.test(command) || Date.now() > deadline) return ran;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #followSecond(block: Block): Promise<void> {
    const terminal = await this.#openSecond();
    const steps = stepsOf(block);
    for (const [number, step] of steps.entries()) {
      if (step.command !== null && number < steps.length - 1) {
        await this.#work(terminal, step.line, step.command);
        continue;
      }
      if (step.command !== null) terminal.start(this.#here(step.command));
      if (step.interrupt) await terminal.interrupt(commandMs);
      const part = ['…', ...step.expected, '…'];
      await until(
        `${this.#page}:${step.line}`,
        () => this.#differs(part, terminal.said()) === null,
        () => this.#place.shown(terminal.said()),
        lookMs,
      );
      this.#check(step, part, terminal.said());
      if (!step.interrupt && !terminal.busy())
        throw this.#error(step.line, `it ended\n\n${this.#place.shown(terminal.said())}`);
    }
  }

  /** A second terminal is opened where one works in the first. */
  async #openSecond(): Promise<Terminal> {
    if (this.#second !== null) return this.#second;
    const { output } = await this.#first.run('pwd', commandMs);
    this.#second = openTerminal({ cwd: output.trim(), env: this.#place.env });
    return this.#second;
  }

  /** A command as it is typed here. */
  #here(command: string): string {
    return this.#place.here(command).replaceAll(id, (shown) => {
      // Eight or twelve digits of a longer one do, too.
      for (const [known, real] of this.#ids)
        if (known.startsWith(shown)) return real.slice(0, shown.length);
      return shown;
    });
  }

  #differs(expected: readonly string[], output: string): string | null {
    const compared = compare(expected, this.#place.shown(output).split('\n'));
    return compared.fits ? null : compared.line;
  }

  #check(step: Step, expected: readonly string[], output: string): void {
    const said = this.#place.shown(output);
    const compared = compare(expected, said.split('\n'));
    if (compared.fits) for (const [shown, real] of compared.ids) this.#ids.set(shown, real);
    else {
      const shown = step.expected.join('\n');
      throw this.#error(
        step.line,
        `${step.command ?? 'what goes on'}\n\nsays\n\n${said}\n\nwhere the page shows\n\n${shown}\n\nThe first line that does not fit: ${compared.line}`,
      );
    }
  }

  #error(line: number, message: string): Error {
    return new Error(`${this.#page}:${line}: ${message}`);
  }
}

/** Texts of all files of a folder. */
function textsOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
