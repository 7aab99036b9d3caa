import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../model/json.ts';
import { isJsonObject, sameJson } from '../model/json.ts';
import type { FieldDiff } from '../model/plan.ts';
import { createSealer } from '../system/hasher.ts';
import { diffFields } from './field-diff.ts';

const fieldName = fc.oneof(
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty'),
);
const fields: fc.Arbitrary<JsonObject> = fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
  object: fc.dictionary(fieldName, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 1, 'x', [], ['x']),
    tie('object'),
  ),
})).object;

/** `live` after a change has carried out the differences. */
function healed(live: JsonObject, diff: readonly FieldDiff[]): JsonObject {
  const copy = structuredClone(live) as Record<string, Json>;
  for (const { path, to } of diff) {
    const names = path.split('.');
    const last = names.pop()!;
    let at: Record<string, Json> = copy;
    for (const name of names) at = at[name] as Record<string, Json>;
    if (to === undefined) delete at[last];
    else
      Object.defineProperty(at, last, {
        value: to,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return copy;
}

/** Whether everything in `part` is in `whole`. */
function holds(whole: Json | undefined, part: Json): boolean {
  if (!isJsonObject(part) || !isJsonObject(whole)) return sameJson(whole, part);
  return Object.entries(part).every(
    ([name, value]) => Object.hasOwn(whole, name) && holds(whole[name], value),
  );
}

describe('field differences', () => {
  test('are none between a thing and itself', () => {
    fc.assert(
      fc.property(fields, (one) => {
        expect(diffFields(one, one, one)).toEqual([]);
      }),
    );
  });

  test('carried out make live hold all that is wanted, and are none after that', () => {
    fc.assert(
      fc.property(fields, fields, fc.option(fields), (desired, live, applied) => {
        const after = healed(live, diffFields(desired, live, applied));
        expect(holds(after, desired)).toBe(true);
        expect(diffFields(desired, after, applied)).toEqual([]);
      }),
    );
  });

  test('leave alone fields that others put there', () => {
    expect(diffFields({ a: 1 }, { a: 1, theirs: 2 }, { a: 1 })).toEqual([]);
    expect(diffFields({ env: { A: '1' } }, { env: { A: '1', THEIRS: '2' } }, null)).toEqual([]);
  });

  test('take away a field that was applied and is no longer wanted', () => {
    expect(
      diffFields({ env: { A: '1' } }, { env: { A: '1', B: '2' } }, { env: { B: '2' } }),
    ).toEqual([{ path: 'env.B', from: '2' }]);
    expect(diffFields({}, {}, { gone: 1 })).toEqual([]);
  });

  test('name nested fields with dots, in the order of their names', () => {
    expect(
      diffFields({ z: 1, env: { PORT: '1', HOST: 'a' } }, { z: 2, env: { PORT: '2' } }, null),
    ).toEqual([
      { path: 'env.HOST', to: 'a' },
      { path: 'env.PORT', from: '2', to: '1' },
      { path: 'z', from: 2, to: 1 },
    ]);
  });

  test('take arrays as a whole', () => {
    expect(diffFields({ argv: ['a', 'b'] }, { argv: ['a'] }, null)).toEqual([
      { path: 'argv', from: ['a'], to: ['a', 'b'] },
    ]);
  });

  test('go into lists of objects: by name where all have one, else by place where there are as many', () => {
    const container = (name: string, image: string) => ({ name, image });
    expect(
      diffFields(
        { containers: [container('web', 'b'), container('new', 'c')], ports: [{ port: 80 }] },
        { containers: [container('web', 'a'), container('old', 'c')], ports: [{ port: 81 }] },
        null,
      ),
    ).toEqual([
      { path: 'containers[name=web].image', from: 'a', to: 'b' },
      { path: 'containers[name=new]', to: container('new', 'c') },
      { path: 'containers[name=old]', from: container('old', 'c') },
      { path: 'ports[0].port', from: 81, to: 80 },
    ]);
  });

  test('take a list as a whole whose items changed their order or their number', () => {
    const list = (...names: readonly string[]) => ({ env: names.map((name) => ({ name })) });
    expect(diffFields(list('a', 'b'), list('b', 'a'), null)).toEqual([
      { path: 'env', from: list('b', 'a').env, to: list('a', 'b').env },
    ]);
    expect(diffFields({ ports: [{ port: 1 }] }, { ports: [] }, null)).toEqual([
      { path: 'ports', from: [], to: [{ port: 1 }] },
    ]);
  });

  test('count what an item of a list has and should not have', () => {
    expect(diffFields({ list: [{ a: 1 }] }, { list: [{ a: 1, b: 2 }] }, null)).toEqual([
      { path: 'list[0].b', from: 2 },
    ]);
  });

  test('put names with dots or slashes in brackets', () => {
    expect(diffFields({ data: { 'app.conf': 'b' } }, { data: { 'app.conf': 'a' } }, null)).toEqual([
      { path: 'data["app.conf"]', from: 'a', to: 'b' },
    ]);
  });

  test('tell a field that is null from one that is missing', () => {
    expect(diffFields({ a: null }, {}, null)).toEqual([{ path: 'a', to: null }]);
    expect(diffFields({}, { a: null }, { a: null })).toEqual([{ path: 'a', from: null }]);
  });

  test('invariant 7: show a secret as sealed on both sides, never in parts', () => {
    const sealer = createSealer('k1', new Uint8Array(32));
    const from = sealer.seal('hunter2');
    const to = sealer.seal('hunter3');
    const diff = diffFields({ password: to }, { password: from }, { password: from });
    expect(diff).toEqual([{ path: 'password', from, to }]);
    expect(JSON.stringify(diff)).not.toContain('hunter');
  });
});

describe('text differences', () => {
  const differ = (live: string, desired: string): string | undefined =>
    diffFields({ content: 'sha256:2' }, { content: 'sha256:1' }, null, {
      desired: { content: desired },
      live: { content: live },
    })[0]?.text;

  test('are shown where both sides can be read', () => {
    expect(differ('hello\n', 'hello\nworld\n')).toBe('@@ -1,1 +1,2 @@\n hello\n+world\n');
  });

  test('are left out where one side cannot be read', () => {
    const texts = { desired: { content: 'new' }, live: {} };
    expect(diffFields({ content: 2 }, { content: 1 }, null, texts)).toEqual([
      { path: 'content', from: 1, to: 2 },
    ]);
  });

  test('are left out beyond 2,000 lines', () => {
    const lines = (count: number): string => 'line\n'.repeat(count);
    expect(differ(lines(1_999), `${lines(1_998)}end\n`)).toContain('+end');
    expect(differ(lines(2_000), `${lines(1_998)}end\n`)).toBeUndefined();
  });
});
