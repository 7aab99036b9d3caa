import { describe, expect, test } from 'vitest';
import { document, smallest } from './examples.testing.ts';
import { loadConfig } from './load.ts';
import type { ConfigProblem } from './problem.ts';

/** The one problem of one document beside the smallest configuration. */
function problemOf(text: string): ConfigProblem {
  const { problems } = loadConfig([
    { file: 'base.yaml', text: smallest },
    { file: 'fairlead.yaml', text },
  ]);
  expect(problems).toHaveLength(1);
  return problems[0]!;
}

describe('one wrong field is told with its place, what was found, what is allowed, and what was meant', () => {
  test.each([
    {
      title: 'an unknown field',
      text: document('Application', 'web', '{path: web, enviroments: [dev], environments: [dev]}'),
      expected: {
        code: 'config.unknown-field',
        line: 4,
        column: 19,
        path: 'spec.enviroments',
        message: 'spec has no field "enviroments"',
        found: 'enviroments',
        allowed: expect.stringContaining('path, source, sources, environments'),
        suggestion: 'environments',
      },
    },
    {
      title: 'an unknown field deep inside',
      text: document(
        'Application',
        'web',
        '{path: web, environments: [dev], retry: {backoff: {intial: 1s}}}',
      ),
      expected: {
        path: 'spec.retry.backoff.intial',
        column: 58,
        suggestion: 'initial',
        allowed: 'initial, factor, max',
      },
    },
    {
      title: 'an unknown field in a list',
      text: document(
        'Application',
        'web',
        '{path: web, environments: [dev], healthChecks: [{name: a, tcp: {port: 1}, timout: 1s}]}',
      ),
      expected: { path: 'spec.healthChecks[0].timout', suggestion: 'timeout' },
    },
    {
      title: 'an unknown field beside metadata.name',
      text: 'apiVersion: fairlead.dev/v1alpha1\nkind: Target\nmetadata: {name: x, namespace: y}\nspec: {host: {}}\n',
      expected: {
        path: 'metadata.namespace',
        allowed: 'name, labels, annotations',
        suggestion: null,
      },
    },
    {
      title: 'an unknown field at the top',
      text: `${document('Target', 'x', '{host: {}}')}status: {}\n`,
      expected: { path: 'status', line: 5, column: 1, message: 'a Target has no field "status"' },
    },
    {
      title: 'a missing field',
      text: document('Application', 'web', '{environments: [dev]}'),
      expected: {
        code: 'config.missing-field',
        line: 4,
        column: 7,
        path: 'spec.path',
        message: 'spec.path is missing',
        allowed: 'text',
      },
    },
    {
      title: 'an empty spec',
      text: document('Application', 'web', ''),
      expected: {
        code: 'config.invalid-value',
        line: 4,
        path: 'spec',
        found: 'nothing',
        message: 'spec must be a mapping of fields',
      },
    },
    {
      title: 'a value of an enumeration',
      text: document('Environment', 'qa', '{targets: [here], sync: atuo}'),
      expected: {
        code: 'config.invalid-value',
        column: 31,
        found: '"atuo"',
        allowed: 'auto, approve, manual',
        suggestion: 'auto',
      },
    },
    {
      title: 'a single name where a list belongs',
      text: document('Application', 'web', '{path: web, environments: dev}'),
      expected: {
        path: 'spec.environments',
        message: 'spec.environments must be a list',
        suggestion: '[dev]',
      },
    },
    {
      title: 'a word for a boolean that YAML 1.2 takes as text',
      text: document('Application', 'web', '{path: web, environments: [dev], prune: yes}'),
      expected: {
        path: 'spec.prune',
        message: 'spec.prune must be true or false',
        found: '"yes"',
        suggestion: 'true',
      },
    },
    {
      title: 'a duration without a unit',
      text: document(
        'Application',
        'web',
        '{path: web, environments: [dev], timeouts: {render: 10}}',
      ),
      expected: {
        path: 'spec.timeouts.render',
        found: '10',
        message:
          'spec.timeouts.render must have a unit: write "10s" for seconds or "10m" for minutes',
      },
    },
    {
      title: 'a name that is no name',
      text: document('Target', 'My_Host', '{host: {}}'),
      expected: {
        path: 'metadata.name',
        found: '"My_Host"',
        suggestion: 'my-host',
        line: 3,
        column: 18,
      },
    },
    {
      title: 'a name with a line break',
      text: document('Target', '"a\\r\\nb"', '{host: {}}'),
      expected: { path: 'metadata.name', suggestion: 'a-b' },
    },
    {
      title: 'a name that is a path',
      text: document('Target', '../etc', '{host: {}}'),
      expected: { path: 'metadata.name', suggestion: 'etc' },
    },
    {
      title: 'a name that YAML takes as a number',
      text: document('Target', '123', '{host: {}}'),
      expected: {
        path: 'metadata.name',
        found: '123',
        message: 'metadata.name must be text: put it in quotes ("123")',
      },
    },
    {
      title: 'a path that leaves the repository',
      text: document('Application', 'web', '{path: ../other, environments: [dev]}'),
      expected: { path: 'spec.path', message: 'spec.path must not leave the repository with ".."' },
    },
    {
      title: 'an absolute path',
      text: document('Application', 'web', '{path: /web, environments: [dev]}'),
      expected: { path: 'spec.path', suggestion: 'web' },
    },
    {
      title: 'an unknown placeholder',
      text: document('Application', 'web', '{path: "web/{enviroment}", environments: [dev]}'),
      expected: {
        message: 'spec.path has the unknown placeholder {enviroment}',
        suggestion: 'web/{environment}',
      },
    },
    {
      title: 'no driver',
      text: document('Target', 'x', '{}'),
      expected: {
        path: 'spec',
        message: 'spec needs one of: host, kubernetes',
        allowed: 'exactly one of: host, kubernetes',
      },
    },
    {
      title: 'a driver setting that does not exist',
      text: document('Target', 'x', '{host: {statedir: /x}}'),
      expected: { path: 'spec.host.statedir', suggestion: 'stateDir' },
    },
    {
      title: 'two references to follow',
      text: document('Source', 'x', '{url: https://h/x, branch: main, tag: v1}'),
      expected: {
        path: 'spec',
        message: 'spec has branch and tag, but only one of them may be given',
        allowed: 'at most one of: branch, tag, semver, commit',
      },
    },
    {
      title: 'a range that is none',
      text: document('Source', 'x', '{url: https://h/x, semver: newest}'),
      expected: { path: 'spec.semver', found: '"newest"' },
    },
    {
      title: 'a reference that Git would take for an option',
      text: document('Source', 'x', '{url: https://h/x, branch: --upload-pack=evil}'),
      expected: { path: 'spec.branch', message: 'spec.branch is not a valid reference name' },
    },
    {
      title: 'a URL that runs a program',
      text: document('Source', 'x', '{url: "ext::sh -c evil"}'),
      expected: { path: 'spec.url', message: 'spec.url is not a repository that can be followed' },
    },
    {
      title: 'two ways to authenticate',
      text: document(
        'Source',
        'x',
        '{url: https://h/x, auth: {token: {fromEnv: A}, ssh: {keyFile: /k}}}',
      ),
      expected: {
        path: 'spec.auth',
        message: 'spec.auth has token and ssh, but only one of them may be given',
      },
    },
    {
      title: 'a health check without a check',
      text: document(
        'Application',
        'web',
        '{path: web, environments: [dev], healthChecks: [{name: a}]}',
      ),
      expected: {
        path: 'spec.healthChecks[0]',
        message: 'spec.healthChecks[0] needs one of: http, tcp, exec',
      },
    },
    {
      title: 'a name twice in a list',
      text: document('Application', 'web', '{path: web, environments: [dev, dev]}'),
      expected: {
        path: 'spec.environments[1]',
        message: 'spec.environments[1] is named twice',
        column: 39,
      },
    },
    {
      title: 'an unknown kind',
      text: document('Aplication', 'web', '{}'),
      expected: { code: 'config.unknown-kind', line: 2, column: 7, suggestion: 'Application' },
    },
    {
      title: 'an unknown version',
      text: 'apiVersion: fairlead.dev/v1\nkind: Target\nmetadata: {name: x}\nspec: {host: {}}\n',
      expected: {
        code: 'config.unknown-version',
        found: '"fairlead.dev/v1"',
        allowed: 'fairlead.dev/v1alpha1',
        suggestion: 'fairlead.dev/v1alpha1',
      },
    },
    {
      title: 'a manifest among the configuration',
      text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n',
      expected: {
        code: 'config.unknown-version',
        message:
          'this is not a Fairlead document; resources belong into the folder of an application',
      },
    },
    {
      title: 'text in place of a document',
      text: 'hello\n',
      expected: { code: 'config.unknown-kind', found: '"hello"' },
    },
    {
      title: 'a field given twice',
      text: document('Application', 'web', '{path: web, path: api, environments: [dev]}'),
      expected: {
        code: 'config.duplicate-key',
        line: 4,
        column: 19,
        message: '"path" is given twice',
      },
    },
  ])('$title', ({ text, expected }) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ file: 'fairlead.yaml', severity: 'error', ...expected });
    expect(problem.hint).not.toBe('');
  });
});

test('a driver that is still to come is named as such', () => {
  const { problems } = loadConfig([
    { file: 'fairlead.yaml', text: document('Target', 'x', '{compose: {}}') },
  ]);
  expect(problems.find(({ code }) => code === 'config.unknown-field')).toMatchObject({
    message: 'compose is not supported by this version of Fairlead',
    suggestion: null,
  });
});

test('credentials in a URL are refused and repeated nowhere', () => {
  const problem = problemOf(document('Source', 'x', '{url: "https://me:s3cret@h/x"}'));
  expect(problem.message).toContain('must not hold credentials');
  expect(JSON.stringify(problem)).not.toContain('s3cret');
});

test('nothing that stands in a wrong place is repeated whole', () => {
  const problem = problemOf(
    document('Source', 'x', '{url: https://h/x, auth: {token: {fromEnv: A, password: s3cret}}}'),
  );
  expect(problem.path).toBe('spec.auth.token.password');
  expect(JSON.stringify(problem)).not.toContain('s3cret');
});

test('a misspelt field is told once, by what was meant, not as a missing one as well', () => {
  const told = (text: string) =>
    loadConfig([{ file: 'fairlead.yaml', text }]).problems.map(
      ({ path, suggestion }) => `${path} → ${suggestion}`,
    );
  expect(told(document('Application', 'web', '{pth: web, enviroments: [dev]}'))).toEqual([
    'spec.pth → path',
    'spec.enviroments → environments',
  ]);
  expect(told(document('Target', 'x', '{hots: {}}'))).toEqual(['spec.hots → host']);
  // What is missing for another reason is still told.
  expect(told(document('Application', 'web', '{enviroments: [dev]}'))).toEqual([
    'spec.path → null',
    'spec.enviroments → environments',
  ]);
});
