import { expect, test } from 'vitest';
import type { Desired } from '../../model/resource.ts';
import { Secret } from '../../model/sealed.ts';
import { systemPacker } from '../../system/packer.ts';
import { KeptPrepared } from './prepared.ts';
import type { Prepared } from './prepared.ts';

const wanted: Desired = {
  id: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'web' },
  fields: { data: { greeting: 'grüß dich', count: '1' } },
  payload: { options: { validate: true } },
  locator: {},
  texts: {},
  claims: ['object:/ConfigMap/shop/web'],
  wave: 0,
  rank: 3,
  traits: { workload: false, dataBearing: false, irreversible: false },
  prune: true,
  origin: { file: 'apps/web/map.yaml', line: 4 },
};

function preparedWith(desired: Desired): Prepared {
  return {
    revision: [{ source: '', commit: 'c1', tree: 't1' }],
    key: 'k',
    byTarget: new Map([['cluster', [desired]]]),
    warnings: ['w'],
    notes: 'n',
    seen: new Map(),
    paths: ['apps/web'],
  };
}

test('what was laid aside is taken up as it was', () => {
  const prepared = preparedWith(wanted);
  const kept = new KeptPrepared(prepared, systemPacker);
  kept.fold();
  const { byTarget } = kept.whole(false);
  expect(byTarget.get('cluster')?.[0]).not.toBe(wanted);
  expect(kept.whole(false)).toEqual(prepared);
});

test('what stays in work is the same each time, until it is laid aside again', () => {
  const kept = new KeptPrepared(preparedWith(wanted), systemPacker);
  kept.fold();
  const first = kept.whole(true);
  expect(kept.whole(true).byTarget).toBe(first.byTarget);
  kept.fold();
  expect(kept.whole(true).byTarget).not.toBe(first.byTarget);
  expect(kept.whole(true)).toEqual(first);
});

test('values of secrets are never laid aside as text', () => {
  const secret = new Secret('{"data":{"password":"hunter2"}}');
  const kept = new KeptPrepared(preparedWith({ ...wanted, secret }), systemPacker);
  kept.fold();
  expect(kept.whole(false).byTarget.get('cluster')?.[0]?.secret).toBe(secret);
});

test('what stands for a secret is seen, laid aside or not', () => {
  const sealed = { data: { password: { $sealed: { keyId: 'k1', hmac: '00' } } } };
  const kept = new KeptPrepared(preparedWith({ ...wanted, fields: sealed }), systemPacker);
  kept.fold();
  expect(kept.refersToSecrets).toBe(true);
  expect(new KeptPrepared(preparedWith(wanted), systemPacker).refersToSecrets).toBe(false);
});
