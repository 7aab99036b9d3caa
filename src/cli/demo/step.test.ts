import { expect, test } from 'vitest';
import { check } from './claim.ts';
import type { Screen } from './screen.ts';
import { play, tallyLine } from './step.ts';
import type { Step } from './step.ts';

const { signal } = new AbortController();

/** A screen that writes down what it is told. */
function recorder(): { readonly screen: Screen; readonly lines: string[] } {
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  const screen: Screen = {
    scene: async (number, of, title) => line(`${number}/${of} ${title}`),
    failure: (failure) =>
      line(`${failure.message}: expected ${failure.expected}, saw ${failure.seen}`),
    proof: line,
    headline: line,
    say: line,
    command: line,
    plan: () => line('plan'),
    block: line,
    keep: line,
    status: () => undefined,
    pause: async () => undefined,
  };
  return { screen, lines };
}

function step(title: string, run: () => Promise<void> = async () => undefined): Step<null> {
  return { title, story: '', run };
}

test('all steps that pass are counted', async () => {
  const { screen, lines } = recorder();
  const tally = await play([step('one'), step('two')], null, screen, signal);
  expect(tallyLine(tally)).toBe('demo: 2 of 2 steps passed');
  expect(lines).toEqual(['1/2 one', '2/2 two']);
});

test('a step that fails says what was expected and seen, and the ones after it are not played', async () => {
  const { screen, lines } = recorder();
  const broken = step('two', async () => {
    const claim = { says: 'it answers', look: async () => 'silence', expected: 'hello' };
    await check(claim, { withinMs: 0, signal });
  });
  const tally = await play([step('one'), broken, step('three')], null, screen, signal);
  expect(tallyLine(tally)).toBe('demo: 1 of 3 steps passed');
  expect(lines).toEqual(['1/3 one', '2/3 two', 'it answers: expected hello, saw silence']);
});

test('an error in a step is a failed step, too', async () => {
  const { screen, lines } = recorder();
  const broken = step('one', async () => {
    throw new Error('the repository is gone');
  });
  const tally = await play([broken], null, screen, signal);
  expect(tally).toEqual({ passed: 0, steps: 1 });
  expect(lines.at(-1)).toContain('the repository is gone');
});

test('an interrupt is no failed step', async () => {
  const { screen, lines } = recorder();
  const interrupt = new AbortController();
  const interrupted = step('one', async () => {
    interrupt.abort(new Error('interrupted'));
    throw new Error('something that was cut off');
  });
  await expect(play([interrupted], null, screen, interrupt.signal)).rejects.toThrow('interrupted');
  expect(lines).toEqual(['1/1 one']);
});
