import { expect, test } from 'vitest';
import { immutableIn } from './immutable.ts';

const cause = (field: string, message: string) => ({ reason: 'FieldValueInvalid', field, message });
const frozen = (field: string) => cause(field, 'Invalid value: "x": field is immutable');

const words = (...causes: ReturnType<typeof cause>[]) => immutableIn(causes)?.words;

test('every field that cannot be changed is named', () => {
  expect(words(frozen('spec.selector'))).toBe('spec.selector is immutable');
  expect(words(frozen('parameters'), frozen('provisioner'), frozen('reclaimPolicy'))).toBe(
    'parameters, provisioner and reclaimPolicy are immutable',
  );
});

test("the server's words for a field are told without the value and without what Go makes of it", () => {
  expect(
    words(cause('roleRef', 'Invalid value: {"APIGroup":"g","Kind":"Role"}: cannot change roleRef')),
  ).toBe('roleRef: cannot change roleRef');
  const claim =
    'Forbidden: spec is immutable after creation except resources.requests for bound claims\n@@ -6,11 +6,11 @@\n "Resources": {';
  expect(words(cause('spec', claim))).toBe(
    'spec: spec is immutable after creation except resources.requests for bound claims',
  );
});

test('what only a change may not do counts, in all the words that there are for it', () => {
  for (const said of [
    "Forbidden: updates to statefulset spec for fields other than 'replicas' and 'template' are forbidden",
    'Forbidden: may not be changed in an update.',
    'Invalid value: 2: can only be modified in tandem with spec.parallelism',
    'Forbidden: field can not be less than status.capacity',
    'Invalid value: "": Value is immutable',
    'Forbidden: field is immutable when `immutable` is set',
  ])
    expect(immutableIn([cause('spec.some', said), frozen('spec.other')])).toMatchObject({
      isAll: true,
    });
});

test('where something else is wrong as well that is told apart', () => {
  const found = immutableIn([cause('spec.image', 'Required value'), frozen('spec.selector')]);
  expect(found).toEqual({ words: 'spec.selector is immutable', isAll: false });
  expect(immutableIn([cause('spec.image', 'Required value')])).toBeNull();
  expect(immutableIn([])).toBeNull();
});
