import { expect, test } from 'vitest';
import { healthRules } from './health-rule.ts';

/** What is wrong, as path and message. */
function issues(...rules: readonly unknown[]): readonly string[] {
  const parsed = healthRules.safeParse(rules);
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('rules in CEL and in Lua are taken as they stand, and once more', () => {
  const rules = [
    {
      group: 'bitnami.com',
      kind: 'SealedSecret',
      cel: { current: "status.conditions.exists(e, e.type == 'Synced' && e.status == 'True')" },
    },
    { group: '*.example.org', kind: '*', lua: 'return { status = "Healthy" }' },
    { group: '', kind: 'Secret', cel: { current: 'true', failed: 'false', inProgress: 'false' } },
  ];
  const parsed = healthRules.parse(rules);
  expect(parsed).toEqual(rules);
  expect(healthRules.parse(parsed)).toEqual(rules);
});

test.each([
  [
    { kind: 'A', cel: { current: 'status..x' } },
    '0.cel.current: is not CEL: Expected IDENTIFIER, got DOT (line 1 of it)',
  ],
  [
    { kind: 'A', cel: { current: 'true', failed: 'true &&\n&& 1' } },
    '0.cel.failed: is not CEL: Unexpected token: AND (line 2 of it)',
  ],
  [
    { kind: 'A', cel: { current: '"text"' } },
    '0.cel.current: gives string, but must be true or false (line 1 of it)',
  ],
  [
    { kind: 'A', lua: 'local x\nreturn {' },
    "0.lua: is not Lua: '}' expected near '<eof>' (line 2 of it)",
  ],
  [{ kind: 'A', lua: '' }, '0.lua: must not be empty'],
  [{ kind: 'A' }, '0: needs one of: cel, lua'],
  [
    { kind: 'A', cel: { current: 'true' }, lua: 'return {}' },
    '0: has cel and lua, but only one of them may be given',
  ],
  [{ kind: 'a b', lua: 'return {}' }, '0.kind: must be a kind such as "Widget", or "*"'],
  [
    { group: 'Example', kind: 'A', lua: 'return {}' },
    '0.group: must be an API group such as "example.org", or "*.example.org" for all that end so',
  ],
  [{ kind: 'A', cel: {} }, '0.cel.current: Invalid input: expected string, received undefined'],
])('%j is refused with the place of the mistake', (rule, message) => {
  expect(issues(rule)).toEqual([message]);
});

test('a kind has one rule', () => {
  const rule = { group: 'example.org', kind: 'A', lua: 'return {}' };
  expect(issues(rule, { ...rule, group: 'example.com' }, rule)).toEqual([
    '2.kind: has a second rule',
  ]);
});
