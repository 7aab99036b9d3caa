import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { transitions } from '../../src/release/machine.ts';
import type { ApplicationEvent, ApplicationState } from '../../src/release/machine.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of the rows of the table under a heading of level two. */
function tableUnder(page: string, heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
}

const unquote = (cell: string): string => cell.replaceAll('`', '');

describe('the page about the state machine', () => {
  const page = read('docs/reference/state-machine.md');
  const states = Object.keys(transitions) as ApplicationState[];
  const events = Object.keys(transitions.pending) as ApplicationEvent[];

  test('says what each state means, and what moves it', () => {
    const rows = tableUnder(page, 'States');
    expect(rows.map(([state = '']) => unquote(state)).toSorted()).toEqual(states.toSorted());
    for (const [, meaning, moves] of rows) expect([meaning, moves]).not.toContain('');
  });

  test('has exactly the transitions of the code, each with its cause', () => {
    const said = tableUnder(page, 'Transitions').flatMap(
      ([from = '', event = '', to = '', cause]) => {
        expect(cause).not.toBe('');
        const sources = from === '*any state*' ? states : [unquote(from)];
        return sources.map((source) => `${source} ${unquote(event)} ${unquote(to)}`);
      },
    );
    const real = states.flatMap((state) =>
      events.flatMap((event) => {
        const next = transitions[state][event];
        return next === null ? [] : [`${state} ${event} ${next}`];
      }),
    );
    expect(said.toSorted()).toEqual(real.toSorted());
  });
});

describe('the page about safety invariants', () => {
  const numbers = [...read('docs/reference/invariants.md').matchAll(/^(\d+)\. \*\*/gm)].map(
    ([, number]) => Number(number),
  );
  const tests = globSync(['src/**/*.test.ts', 'test/**/*.ts'], { cwd: root }).map(read).join('\n');

  test('counts eleven', () => {
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test.each(numbers)('names number %i as tests do', (number) => {
    expect(tests).toMatch(new RegExp(String.raw`(?:test|it|describe)\(\s*'invariant ${number}:`));
  });
});
