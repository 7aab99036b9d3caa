import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import { compileCelRule } from './cel.ts';
import type { CelRule } from './cel.ts';

function judge(rule: CelRule, object: JsonObject) {
  const compiled = compileCelRule(rule);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  return compiled.value(object);
}

const object: JsonObject = {
  apiVersion: 'example.org/v1',
  kind: 'Widget',
  metadata: { name: 'one', generation: 2, labels: { 'example.org/tier': 'gold' } },
  spec: { size: 2.5 },
  status: {
    observedGeneration: 2,
    ready: 3,
    conditions: [
      { type: 'Ready', status: 'True', observedGeneration: 2 },
      { type: 'Synced', status: 'False', reason: 'Waiting' },
    ],
  },
};

describe('an expression', () => {
  test.each([
    `status.conditions.filter(e, e.type == 'Ready').all(e, e.observedGeneration == metadata.generation && e.status == 'True')`,
    `status.conditions.exists(e, e.type == 'Synced' && e.status == 'False')`,
    `status.ready + 1 == 4 && status.ready > 2.5`,
    `spec.size * 2.0 == 5.0`,
    `!has(status.phase) && has(status.conditions)`,
    `metadata.labels['example.org/tier'].matches('^g[a-z]+$')`,
    `metadata.?labels[?'nothing'].orValue('none') == 'none'`,
    `status.conditions.map(c, c.type).join(',') == 'Ready,Synced'`,
    `'Ready' in status.conditions.map(c, c.type) ? true : false`,
    `size(status.conditions) == 2 && [1, 2].exists_one(x, x == 2)`,
    `cel.bind(n, status.ready, n == 3) // three`,
    `r'a\\b' == 'a\\\\b' && "it's".contains("'")`,
    `-(status.ready) < 0 && {'a': 1}['a'] == 1`,
  ])('is true as in other CEL: %s', (current) => {
    expect(judge({ current }, object)).toMatchObject({ status: 'Healthy' });
  });

  test.each([
    ['status..ready', 'is not CEL: Expected IDENTIFIER, got DOT', 1],
    ['status.ready ==\n  == 2', 'is not CEL', 2],
    ['1 + 1', 'gives int, but must be true or false', 1],
    [`'a' + 1 == 2`, 'cannot be used: no such overload: string + int', 1],
    ['('.repeat(5000), 'is not CEL', 1],
    [' '.repeat(20_000), 'is longer than 16384 characters', 1],
  ])('that is wrong is refused before it is ever used: %j', (current, message, line) => {
    const compiled = compileCelRule({ current });
    expect(compiled).toMatchObject({
      ok: false,
      field: 'current',
      problem: { message: expect.stringContaining(message), line },
    });
  });
});

describe('a rule', () => {
  const rule: CelRule = {
    current: `status.conditions.exists(e, e.type == 'Ready' && e.status == 'True')`,
    inProgress: `status.conditions.exists(e, e.type == 'Busy' && e.status == 'True')`,
    failed: `status.conditions.exists(e, e.type == 'Broken' && e.status == 'True')`,
  };
  const withConditions = (...types: readonly string[]): JsonObject => ({
    status: { conditions: types.map((type) => ({ type, status: 'True' })) },
  });

  test.each([
    [['Ready'], 'Healthy', 'its CEL rule says that it is current'],
    [['Ready', 'Broken'], 'Degraded', 'its CEL rule says that it failed'],
    [['Ready', 'Broken', 'Busy'], 'Progressing', 'its CEL rule says that it is in progress'],
    [[], 'Progressing', 'its CEL rule says neither failed nor current'],
  ])('asks inProgress, then failed, then current: %j is %s', (types, status, message) => {
    expect(judge(rule, withConditions(...types))).toEqual({ status, message });
  });

  test('waits for the newest generation before it asks', () => {
    const old = { ...object, metadata: { generation: 3 } };
    expect(judge({ current: 'true' }, old).status).toBe('Progressing');
  });

  test('that runs into an error is Unknown, with the error', () => {
    expect(judge({ current: 'status.phase == "Ready"' }, object)).toEqual({
      status: 'Unknown',
      message: 'its CEL rule `current` failed: No such key: phase',
    });
    expect(judge({ current: 'data.phase == "Ready"' }, object).message).toContain('data');
  });

  test('that runs into an error before there is a status is Progressing', () => {
    expect(judge({ current: 'status.phase == "Ready"' }, { kind: 'Widget' }).status).toBe(
      'Progressing',
    );
  });

  test('cannot reach what belongs to JavaScript', () => {
    for (const current of [
      'constructor.name == "x"',
      'status.constructor == null',
      'status.__proto__ == null',
      'toString() == ""',
    ]) {
      const compiled = compileCelRule({ current });
      const status = compiled.ok ? compiled.value(object).status : 'refused';
      expect(['Unknown', 'refused']).toContain(status);
    }
  });
});

describe('an expression that never ends or takes all memory', () => {
  const numbers = Array.from({ length: 3000 }, (_, at) => at);
  const large: JsonObject = { status: { n: numbers, s: 'a'.repeat(30_000) } };

  test.each([
    'status.n.all(a, status.n.all(b, status.n.all(c, true)))',
    'status.n.all(a, status.n.exists(b, status.n.all(c, a + b + c < 0 || true)) || true)',
    'status.n.map(x, status.s).join("").size() > 0',
    'status.n.map(x, status.n + status.n).size() > 0',
    '[status.s+status.s].all(a,[a+a].all(b,[b+b].all(c,[c+c].all(d,[d+d].all(e,[e+e].all(f, size(f) > 0))))))',
    'status.n.all(x, status.s.matches("(a+)+$"))',
    'status.n.all(x, status.s.matches("(a?){500}a{500}"))',
    'status.n.all(x, status.n.all(y, !status.s.contains("ab")))',
    'status.n.all(x, status.n == status.n && x in status.n)',
    'status.n.all(x, size(status.s) > 0 && status.s.split("a").size() > 0)',
  ])('is ended and Unknown: %s', (current) => {
    expect(judge({ current }, large)).toEqual({
      status: 'Unknown',
      message:
        'its CEL rule `current` failed: it takes more than 50000 steps or makes too long a text',
    });
  });

  test('a regular expression that others backtrack on is just answered', () => {
    expect(judge({ current: '!status.s.matches("^(a|aa)*b$")' }, large).status).toBe('Healthy');
  });

  test('an object that is too large is Unknown', () => {
    const huge = { status: { n: Array.from({ length: 60_000 }, () => 1) } };
    expect(judge({ current: 'true' }, huge)).toEqual({
      status: 'Unknown',
      message: 'is too large for its CEL rule',
    });
  });
});
