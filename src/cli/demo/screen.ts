import type { PlanSet } from '../../model/plan.ts';
import type { Context } from '../context.ts';
import { showPlan } from '../show/plan.ts';
import { ask } from '../terminal/prompt.ts';
import { displayWidth, hang } from '../terminal/width.ts';
import type { NotSo } from './claim.ts';

/** What a person sees of the demo. All of it goes to stdout, except questions and what is under way. */
export interface Screen {
  /** Begins a step; waits for a person where there is one. */
  scene(number: number, of: number, title: string, story: string): Promise<void>;
  /** The title of it all. */
  headline(text: string): void;
  /** A paragraph. */
  say(text: string): void;
  /** What a person would type. */
  command(text: string): void;
  plan(planSet: PlanSet, waiting?: string): void;
  /** A fact that was just seen. */
  proof(text: string): void;
  /** Text as it is, such as a table. */
  block(text: string): void;
  /** Text as it is, also where only steps and proofs are wanted. */
  keep(text: string): void;
  failure(failure: NotSo): void;
  /** What is being waited for, on a terminal; `null` takes it away. */
  status(text: string | null): void;
  /** Waits for Enter, where a person watches. */
  pause(question: string): Promise<void>;
}

interface ScreenOptions {
  /** Steps and proofs only: no stories, commands and plans, and nobody is waited for. */
  readonly fast: boolean;
}

const widest = 80;

/** A screen on stdout, at most 80 columns wide. Waits for Enter where a person is there and nothing said to be fast. */
export function createScreen(context: Context, options: ScreenOptions): Screen {
  const { out, progress } = context;
  const { style } = out;
  const width = Math.min(out.width ?? widest, widest);
  const asks = context.interactive && !options.fast;
  const print = (text: string): void => {
    progress.status(null);
    // An empty text is an empty line.
    out.text(text === '' ? '\n' : text);
  };
  const pause = async (question: string): Promise<void> => {
    if (!asks) return;
    context.io.stderr.write('\n');
    await ask(context, style.faint(`  Enter: ${question}`));
  };
  return {
    scene: async (number, of, title, story) => {
      if (number > 1) await pause('next step');
      print('');
      const place = `${number}/${of}`;
      const rule = '─'.repeat(Math.max(3, width - displayWidth(title) - place.length - 2));
      print(`${style.strong(title)} ${style.faint(rule)} ${style.faint(place)}`);
      if (!options.fast) print(hang('', story, width));
    },
    headline: (text) => {
      if (!options.fast) print(style.strong(text));
    },
    say: (text) => {
      if (!options.fast) print(`\n${hang('', text, width)}`);
    },
    command: (text) => {
      if (!options.fast) print(`\n${style.faint('$')} ${style.command(text)}`);
    },
    plan: (planSet, waiting) => {
      if (!options.fast) print(`\n${showPlan(planSet, { style, width, waiting })}\n`);
    },
    proof: (text) => print(`${style.good('✓')} ${text}`),
    block: (text) => {
      if (!options.fast) print(`\n${text}`);
    },
    keep: (text) => print(`\n${text}`),
    failure: (failure) => {
      print(`${style.bad('✗')} ${failure.message}`);
      print(`  expected  ${failure.expected}`);
      print(`  seen      ${failure.seen}`);
    },
    status: (text) => progress.status(text),
    pause,
  };
}
