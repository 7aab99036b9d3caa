import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { healthOrder } from '../../model/status.ts';
import type { JsonObject } from '../../model/json.ts';
import { healthCases } from '../../../test/support/health/cases.ts';
import { always } from './always.ts';
import { healthOf } from './health-of.ts';
import { kindRules, ruleFor } from './registry.ts';

describe.each([...new Set(healthCases.map(({ file }) => file))])('%s', (file) => {
  test.each(
    healthCases
      .filter((one) => one.file === file)
      .map((one) => ({ ...one, kind: one.object['kind'] })),
  )('$kind is $is: $says', ({ object, owned, is, says }) => {
    expect(healthOf(object, { owned })).toEqual({ status: is, message: says });
  });
});

/** Rules that never find fault. */
const content = [
  always.counts,
  ruleFor({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' })?.counts,
];

test('every rule has a case in which it finds things well, and one in which it does not', () => {
  const judged = Map.groupBy(healthCases, ({ object }) => ruleFor(object)?.counts ?? 'standard');
  const untried = [...new Set(kindRules.map(({ counts }) => counts))].filter((counts) => {
    const seen = new Set(judged.get(counts)?.map(({ is }) => is));
    return !seen.has('Healthy') || (seen.size < 2 && !content.includes(counts));
  });
  expect(untried).toEqual([]);
});

test('no kind has two rules', () => {
  const names = kindRules.map(({ group, kind }) => `${group}/${kind}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test('pods that an object owns change the sentence, never the status', () => {
  for (const { object, owned } of healthCases) {
    expect(healthOf(object, { owned }).status).toBe(healthOf(object).status);
  }
});

test('a message is one line without control characters, however its controller wrote it', () => {
  const message = 'first\nsecond\u001B[31m \u202Eright to left\u2028and on'.concat(
    'x'.repeat(9999),
  );
  const object = {
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    status: { conditions: [{ type: 'Ready', status: 'False', message }] },
  };
  const said = healthOf(object).message;
  expect(said).toMatch(/^first second \[31m right to left and onx+…$/);
  expect(said.length).toBeLessThanOrEqual(400);
});

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonObject>;

/** Whether it is given one of the statuses and a sentence. */
function isJudged(object: JsonObject, owned: readonly JsonObject[] = []): boolean {
  const { status, message } = healthOf(object, { owned });
  return healthOrder.includes(status) && message !== '';
}

test('whatever JSON there is gets a health and a sentence', () => {
  fc.assert(
    fc.property(json, fc.array(json, { maxLength: 3 }), (object, owned) => {
      expect(isJudged(object, owned)).toBe(true);
    }),
  );
});

test('a known kind with any other JSON in its place gets a health and a sentence', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kindRules),
      fc.record({ spec: json, status: json, metadata: json, webhooks: json }, { requiredKeys: [] }),
      ({ group, kind }, rest) => {
        const version = group === '' ? 'v1' : `${group.replace('*', 'any')}/v1`;
        const object = { apiVersion: version, kind: kind === '*' ? 'Any' : kind, ...rest };
        expect(isJudged(object)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

/** A case in which one value is replaced by another, as a controller of another version might write it. */
function mutate(value: unknown, at: number, other: unknown): unknown {
  let left = at;
  const visit = (found: unknown): unknown => {
    if (left-- === 0) return other;
    if (Array.isArray(found)) return found.map(visit);
    if (typeof found !== 'object' || found === null) return found;
    return Object.fromEntries(Object.entries(found).map(([key, member]) => [key, visit(member)]));
  };
  return visit(value);
}

test('a real object with any one of its values replaced gets a health and a sentence', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...healthCases),
      fc.nat(60),
      fc.oneof(json, fc.constantFrom(null, '', 0, -1, true, [], {}, [null], [[]])),
      ({ object, owned }, at, other) => {
        const strange = owned.map((one) => mutate(one, at, other) as JsonObject);
        expect(isJudged(mutate(object, at, other) as JsonObject, owned)).toBe(true);
        expect(isJudged(object, strange)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
