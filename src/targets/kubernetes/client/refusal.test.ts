import { describe, expect, test } from 'vitest';
import { isLater } from './object.ts';
import { fieldConflictsOf, retryAfterMsOf, serverFailureOf } from './failure.ts';
import { refusalOf } from './refusal.ts';
import type { Asked } from './refusal.ts';

const read: Asked = { resource: 'shop/Deployment/web', isWrite: false, isSecret: false };
const write: Asked = { ...read, isWrite: true };

function refusal(status: number, body: object | string = {}, asked: Asked = read, retryAfter = '') {
  const text = typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', ...body });
  return refusalOf(asked, { status, text, retryAfter });
}

test.each([
  [
    'deployments.apps "web" is forbidden: ValidatingAdmissionPolicy \'replicas\' denied request: too many',
    "shop/Deployment/web is forbidden: ValidatingAdmissionPolicy 'replicas' denied request: too many",
  ],
  [
    'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1',
    'shop/Deployment/web is invalid: spec.replicas: Invalid value: -1',
  ],
  [
    'admission webhook "policy.example.org" denied the request: no',
    'shop/Deployment/web: admission webhook "policy.example.org" denied the request: no',
  ],
  ['namespaces "shop" not found', 'shop/Deployment/web: namespaces "shop" not found'],
  [
    'serviceaccounts "builder" is forbidden: not yours',
    'shop/Deployment/web: serviceaccounts "builder" is forbidden: not yours',
  ],
])('a refusal names what was asked once (%s)', (message, told) => {
  expect(refusal(403, { message }, write).message).toBe(told);
});

test.each([
  'users "jane" is forbidden: User "ada" cannot impersonate resource "users" in API group "" at the cluster scope',
  'configmaps is forbidden: User "ada" cannot impersonate-on:serviceaccount:list resource "configmaps" in API group "" in the namespace "shop"',
])('who may not act as another is told which right that takes (%s)', (message) => {
  const error = refusal(403, { message });
  expect(error.code).toBe('kubernetes.forbidden');
  expect(error.hint).toContain('the verb `impersonate` on');
  expect(refusal(403, { message: message.replace('impersonate', 'list') }).hint).not.toContain(
    'impersonate',
  );
});

describe('what the server refuses is told as', () => {
  test.each<readonly [number, object | string, string]>([
    [401, {}, 'kubernetes.unauthorized'],
    [403, { reason: 'Forbidden' }, 'kubernetes.forbidden'],
    [
      403,
      { message: 'services "web" is forbidden: exceeded quota: tight, requested: services=1' },
      'kubernetes.quota-exceeded',
    ],
    [
      403,
      { message: 'services "exceeded quota" is forbidden: User "a" cannot create' },
      'kubernetes.forbidden',
    ],
    [
      403,
      { message: 'admission webhook "policy.example.org" denied the request: no' },
      'kubernetes.admission-refused',
    ],
    [
      403,
      { message: 'pods "web" is forbidden: violates PodSecurity "restricted:latest": …' },
      'kubernetes.admission-refused',
    ],
    [
      403,
      { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
      'kubernetes.namespace-terminating',
    ],
    [
      404,
      { reason: 'NotFound', details: { name: 'web', kind: 'deployments' } },
      'kubernetes.not-found',
    ],
    [404, { reason: 'NotFound', details: {} }, 'kubernetes.kind-gone'],
    [404, '404 page not found', 'kubernetes.kind-gone'],
    [405, {}, 'kubernetes.refused'],
    [409, { reason: 'AlreadyExists' }, 'kubernetes.already-exists'],
    [409, { reason: 'Conflict' }, 'kubernetes.version-conflict'],
    [410, { reason: 'Expired' }, 'kubernetes.expired'],
    [413, {}, 'kubernetes.too-large'],
    [415, {}, 'kubernetes.bad-request'],
    [422, { reason: 'Invalid' }, 'kubernetes.invalid'],
    [
      422,
      {
        reason: 'Invalid',
        message: `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no`,
      },
      'kubernetes.admission-refused',
    ],
    [429, {}, 'kubernetes.too-many-requests'],
    [500, { reason: 'InternalError' }, 'kubernetes.server-error'],
    [500, { message: 'failed to convert new object (a/b; Lease): no' }, 'kubernetes.invalid'],
    [502, '<html>Bad gateway</html>', 'kubernetes.unavailable'],
    [503, {}, 'kubernetes.unavailable'],
    [504, {}, 'kubernetes.timed-out'],
    [302, '', 'kubernetes.answer-invalid'],
  ])('%i %j: %s', (status, body, code) => {
    expect(refusal(status, body)).toMatchObject({ code, resource: 'shop/Deployment/web' });
  });

  test.each([502, 504])('%i of a write: nobody knows what became of it', (status) => {
    expect(refusal(status, {}, write).code).toBe('kubernetes.outcome-unknown');
  });
});

test('says when to come again, as the header or the answer has it', () => {
  expect(retryAfterMsOf(refusal(429, {}, read, '7'))).toBe(7_000);
  expect(retryAfterMsOf(refusal(429, { details: { retryAfterSeconds: 3 } }))).toBe(3_000);
  expect(retryAfterMsOf(refusal(429, {}, read, 'Wed, 21 Oct 2026 07:28:00 GMT'))).toBeNull();
});

test('names every manager that holds a field, however it is called', () => {
  const cause = (message: string, field: string) => ({
    reason: 'FieldManagerConflict',
    message,
    field,
  });
  const error = refusal(409, {
    reason: 'Conflict',
    details: {
      causes: [
        cause('conflict with "kubectl-client-side-apply" using apps/v1', '.spec.replicas'),
        cause('conflict with "a \\"b\\""', '.spec.paused'),
        cause('another wording', '.x'),
      ],
    },
  });
  expect(error.code).toBe('kubernetes.apply-conflict');
  expect(fieldConflictsOf(error)).toEqual([
    { manager: 'kubectl-client-side-apply', field: '.spec.replicas' },
    { manager: 'a "b"', field: '.spec.paused' },
    { manager: 'another wording', field: '.x' },
  ]);
});

test('of a secret only reason and fields are told', () => {
  const asked = { ...write, isSecret: true };
  const message = 'Secret "db" is invalid: data: Invalid value: "canary"';
  const causes = [
    { reason: 'FieldValueInvalid', message: 'Invalid value: "canary"', field: 'data' },
  ];
  for (const error of [
    refusal(422, { reason: 'Invalid', message, details: { causes } }, asked),
    refusal(400, 'canary', asked),
  ]) {
    const all = `${error.message} ${JSON.stringify(error)} ${JSON.stringify(serverFailureOf(error))}`;
    expect(all).not.toContain('canary');
  }
  expect(refusal(422, { reason: 'Invalid', details: { causes } }, asked).message).toContain('data');
});

test('of a secret the right is named that is missing, and nothing that follows it', () => {
  const asked = { ...write, isSecret: true };
  const right =
    'User "system:serviceaccount:a:b" cannot list resource "secrets" in API group "" in the namespace "a"';
  const said = (message: string): string =>
    refusal(403, { reason: 'Forbidden', message }, asked).message;
  expect(said(`secrets is forbidden: ${right}: canary`)).toContain(right);
  expect(said(`secrets "x" is forbidden: ${right}`)).toContain(right);
  for (const message of [
    `secrets "x" is forbidden: ${right}: canary`,
    `secrets "x" is forbidden: canary: ${right}`,
    'admission webhook "a" denied the request: canary',
  ])
    expect(said(message)).not.toContain('canary');
});

test('words without end are cut off', () => {
  expect(refusal(400, { message: 'x'.repeat(100_000) }).message.length).toBeLessThan(2_100);
});

test('a version is later by its number, and unlike ones count as later', () => {
  expect([isLater('10', '9'), isLater('9', '10'), isLater('9', '9')]).toEqual([true, false, false]);
  expect([isLater('b', 'a'), isLater('a', 'b'), isLater('a', 'a')]).toEqual([true, true, false]);
});
