import { describe, expect, test } from 'vitest';
import type { FairleadError } from '../model/error.ts';
import { select, selectOne, showSelector } from './selection.ts';

const views = ['shop@dev', 'shop@prod', 'site@dev'].map((name) => {
  const [application = '', environment = ''] = name.split('@');
  return { application, environment };
});

function names(
  ...args: Parameters<typeof select<(typeof views)[number]>> extends [unknown, ...infer R]
    ? R
    : never
) {
  return select(views, ...args).map(showSelector);
}

function errorOf(work: () => unknown): Pick<FairleadError, 'code' | 'hint' | 'message'> {
  try {
    work();
  } catch (error) {
    return error as FairleadError;
  }
  throw new Error('did not throw');
}

describe('selection', () => {
  test('nothing named is everything, or everything of an environment', () => {
    expect(names([], null)).toEqual(['shop@dev', 'shop@prod', 'site@dev']);
    expect(names([], 'dev')).toEqual(['shop@dev', 'site@dev']);
  });

  test('a name is all its environments, APP@ENV one of them, and none comes twice', () => {
    expect(names(['shop'], null)).toEqual(['shop@dev', 'shop@prod']);
    expect(names(['site', 'shop@prod', 'shop@prod'], null)).toEqual(['shop@prod', 'site@dev']);
    expect(names(['shop'], 'prod')).toEqual(['shop@prod']);
  });

  test('a mistyped application is not found, with what was probably meant', () => {
    const error = errorOf(() => names(['shpo'], null));
    expect(error).toMatchObject({ code: 'application.not-found', hint: 'Did you mean shop?' });
  });

  test('a mistyped environment is told apart from a mistyped application', () => {
    expect(errorOf(() => names(['shop@prd'], null))).toMatchObject({
      code: 'application.not-found',
      message: 'shop has no environment prd',
      hint: 'Did you mean prod?',
    });
    expect(errorOf(() => names([], 'devv')).hint).toBe('Did you mean dev?');
  });

  test('what names nothing, or two environments, is a wrong command line', () => {
    for (const name of ['@dev', 'shop@', 'shop@dev@prod']) {
      expect(errorOf(() => names([name], null)).code).toBe('cli.usage');
    }
    expect(errorOf(() => names(['shop@dev'], 'prod')).code).toBe('cli.usage');
  });

  test('where one is needed, a name that stands for several lists them', () => {
    expect(showSelector(selectOne(views, 'site', null))).toBe('site@dev');
    expect(errorOf(() => selectOne(views, 'shop', null))).toMatchObject({
      code: 'cli.usage',
      message: '"shop" stands for 2 applications: shop@dev, shop@prod',
    });
  });
});
