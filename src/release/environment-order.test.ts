import { expect, test } from 'vitest';
import type { ApplicationConfig, Config, EnvironmentConfig } from '../model/config.ts';
import { environmentOrder } from './environment-order.ts';

function order(
  declared: readonly string[],
  ...lists: readonly (readonly string[])[]
): readonly string[] {
  const environments = declared.map((name, at): [string, EnvironmentConfig] => [
    name,
    {
      name,
      targets: [],
      sync: 'auto',
      ephemeral: false,
      origin: { file: 'fairlead.yaml', line: at },
    },
  ]);
  const applications = lists.map((list, at) => [`app-${at}`, { environments: list }] as const);
  return environmentOrder({
    environments: new Map(environments),
    applications: new Map(applications as unknown as readonly [string, ApplicationConfig][]),
  } satisfies Pick<Config, 'environments' | 'applications'>);
}

test('environments come in the order in which applications list them', () => {
  expect(order(['dev', 'prod', 'qa'], ['dev', 'qa', 'prod'])).toEqual(['dev', 'qa', 'prod']);
  expect(
    order(['prod', 'uat', 'qa', 'dev'], ['dev', 'qa'], ['qa', 'uat'], ['uat', 'prod']),
  ).toEqual(['dev', 'qa', 'uat', 'prod']);
});

test('where no application says, or two contradict each other, they come as declared', () => {
  expect(order(['dev', 'prod', 'qa'], ['dev'], ['prod'])).toEqual(['dev', 'prod', 'qa']);
  expect(order(['a', 'b', 'c'], ['b', 'a'], ['a', 'b'])).toEqual(['c', 'a', 'b']);
  expect(order(['a'], ['gone', 'a', 'unknown'])).toEqual(['a']);
  expect(order([])).toEqual([]);
});
